"""What the customer sees beside the till: the sale in hand, its end, a greeting."""

from typing import TYPE_CHECKING

from kiosk.views.customer import basket_shown, greeting, paid_shown

if TYPE_CHECKING:
    from kiosk.desks.till import TillDesk


def show_customer(desk: "TillDesk") -> None:
    """Show what there is to see now, where there is a display; in the devices' language."""
    devices, training = desk.session.devices, desk.session.counter.training
    if not devices.display.there:
        return
    shop, t = desk.catalogue.shop, devices.t
    if desk.sale.basket:
        paid_cents = desk.paying.tenders.paid_cents
        view = basket_shown(desk.sale.basket, shop, training, t, paid_cents)
    elif desk.just_paid is not None:
        view = paid_shown(desk.just_paid, shop, training, t)
    else:
        view = greeting(shop, devices.display.greeting, training, t)
    devices.display.show(view)
