"""Starting a post from its folder: the composition root of a kiosk's session.

Owns the order of starting and what is undone when a step fails. Nothing here shows anything.
"""

import os
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from common.errors import Refusal
from common.seal import PIN_COST, PinCost, Sealer, pin_pepper
from common.topics import TOPICS_OF, Profile
from kiosk.clocks import Clocks, system_clocks
from kiosk.config import make_folder, only_kiosk
from kiosk.device import read_device, write_device
from kiosk.devices.opening import open_devices
from kiosk.held import Held, HeldFile
from kiosk.keys import close_to_others, read_keys, read_store_keys, settle_change
from kiosk.link_life import Post
from kiosk.membership import revoked_of
from kiosk.outbox_file import Maker
from kiosk.protection import OPEN, Lock
from kiosk.reception import Keeping, Pins
from kiosk.sealed import Box
from kiosk.session import Session
from kiosk.stores import erase_replica, open_stores
from kiosk.verifier_file import VerifierFile
from kiosk.witness import Witness
from kiosk.witness_file import WitnessBook


def open_session(
    folder: Path,
    clocks: Clocks | None = None,
    random_bytes: Callable[[int], bytes] = os.urandom,
    pin_cost: PinCost = PIN_COST,
    lock: Lock = OPEN,
    lang: str = "fr",
) -> Session:
    """Start the post of a folder, alone on it. `lang`: of papers, where no setting says another.

    Raises Refusal: `not_paired`, `folder_in_use`, `unreadable_device`, `keys_locked`,
    `disk_failed`, `disk_full`, `sqlite_too_old`.
    """
    with ExitStack() as opening:
        opening.enter_context(only_kiosk(make_folder(folder)))
        device = read_device(folder)
        if device is None:
            raise Refusal("not_paired")
        readable = close_to_others(folder)
        settle_change(folder, lock)
        keys = read_keys(folder, lock)
        store_keys = read_store_keys(folder, lock)
        if revoked_of(folder, device) is not None:
            erase_replica(folder)  # It may have been interrupted.
        maker = Maker(device.number, random_bytes, Box(*store_keys))
        stores = open_stores(folder, maker, TOPICS_OF[device.profile])
        opening.callback(stores.close)
        notices = [*([readable] if readable else []), *stores.problems]
        keep = partial(write_device, folder)
        clocks = clocks or system_clocks()
        witness = Witness(WitnessBook(folder, device), clocks)
        post = Post(device, keys, stores, clocks, keep, folder=folder, lock=lock, witness=witness)
        closing = ExitStack()
        # By the key of what is kept, not by one that may be another tomorrow.
        sealer = Sealer(store_keys[0])
        keeping = Keeping(
            VerifierFile(folder, device.id, sealer),
            Held(HeldFile(folder, sealer)),
            Pins(pin_pepper(store_keys[0]), pin_cost),
        )
        devices = None
        if device.profile is Profile.TILL:
            devices, problems = open_devices(folder, sealer, clocks, lang)
            opening.callback(devices.close)
            notices.extend(problems)
        session = Session(
            *(post, notices, random_bytes, closing.close), keeping=keeping, devices=devices
        )
        closing.push(opening.pop_all())
        return session
