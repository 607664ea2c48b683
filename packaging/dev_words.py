"""What dev.py says: English texts are the keys, French ones the values, and one class that picks.

Standard library only, readable by any Python 3. Nothing about what dev.py does is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping

FRENCH = {
    "usage: python3 packaging/dev.py COMMAND": "usage : python3 packaging/dev.py COMMANDE",
    "demo [--headless]   a demo shop: a hub, a till and a depot": (
        "demo [--headless]   une boutique de démonstration : un hub, une caisse, un dépôt"
    ),
    "test [pytest ...]   the tests": "test [pytest ...]   les tests",
    "bench [--quick]     the benchmarks, beside their limits": (
        "bench [--quick]     les mesures, à côté de leurs limites"
    ),
    "kill [--rounds N]   kill -9 at any moment: nothing may be lost": (
        "kill [--rounds N]   kill -9 à tout moment : rien ne doit se perdre"
    ),
    "sim [--seeds N]     simulated shops: everything fails, nothing is lost": (
        "sim [--seeds N]     boutiques simulées : tout tombe en panne, rien ne se perd"
    ),
    "days [--days N]     random days: every total agrees to the cent": (
        "days [--days N]     jours au hasard : chaque total tombe juste, au centime"
    ),
    "safeguards [...]    each one switched off: the simulation must see it": (
        "safeguards [...]    chaque garde-fou retiré : la simulation doit le voir"
    ),
    "fuzz [TARGET ...]   garbage for all that reads: one error, no crash": (
        "fuzz [CIBLE ...]    n'importe quoi à tout ce qui lit : une erreur, aucun plantage"
    ),
    "audit               known vulnerabilities of the locked packages": (
        "audit               failles connues des paquets figés"
    ),
    "VULNERABLE: {line}": "FAILLE CONNUE : {line}",
    "nothing could be known of: {names}": "rien n'a pu être su de : {names}",
    "{count} locked packages were checked": "{count} paquets figés ont été vérifiés",
    "not audited: PyPI's list of vulnerabilities cannot be reached from here": (
        "pas d'audit : la liste des failles de PyPI est hors d'atteinte d'ici"
    ),
    "not audited: {reason}": "pas d'audit : {reason}",
    "lint [--fix]        style, formatting and types": (
        "lint [--fix]        style, mise en forme et types"
    ),
    "setup [--fresh]     only make .venv, anew if asked": (
        "setup [--fresh]     fabriquer seulement .venv, à neuf si demandé"
    ),
    "lock [--upgrade]    pin the versions again, newer ones if asked": (
        "lock [--upgrade]    figer à nouveau les versions, plus récentes si demandé"
    ),
    "there is no command '{name}'": "il n'y a pas de commande « {name} »",
    "'{name}' does not take {argument}": "« {name} » n'accepte pas {argument}",
    "it takes: {known}": "il accepte : {known}",
    "run it without arguments to see the commands": "lancez-le sans argument pour les voir toutes",
    "Comptoir needs Python {supported}; this one is {found}, and no other was found": (
        "Comptoir demande Python {supported} ; celui-ci est {found}, et aucun autre n'a été trouvé"
    ),
    "install one of them, or uv, and run this again": (
        "installez l'un d'eux, ou uv, et relancez la commande"
    ),
    "Python {version} makes .venv ...": "Python {version} fabrique .venv ...",
    "no virtual environment could be made with {python}": (
        "aucun environnement virtuel n'a pu être créé avec {python}"
    ),
    "install what is missing: {command}": "installez ce qui manque : {command}",
    "install uv, or a Python with its venv and ensurepip modules": (
        "installez uv, ou un Python avec ses modules venv et ensurepip"
    ),
    "installing {count} locked packages ...": "installation de {count} paquets figés ...",
    "ready in {seconds} s": "prêt en {seconds} s",
    "pip failed; it said:": "pip a échoué ; il disait :",
    "all of it is in {log}; if it is the network, run this again": (
        "tout est dans {log} ; si c'est le réseau, relancez la commande"
    ),
    "tests in a real window will be skipped, {missing} missing; they need: {command}": (
        "les tests dans une vraie fenêtre seront sautés, il manque {missing} ; il leur faut : "
        "{command}"
    ),
    "{step}: clean": "{step} : rien à redire",
    "{step}: see above": "{step} : voir ci-dessus",
    "pinning {name} ...": "versions figées pour {name} ...",
    "uv could not pin {name}": "uv n'a pas pu figer {name}",
    "what it says above tells why": "ce qu'il dit ci-dessus dit pourquoi",
}


def language_of(environment: Mapping[str, str]) -> str:
    """Return 'fr' or 'en', from the first of LC_ALL, LC_MESSAGES and LANG that is set."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = environment.get(name)
        if value:
            return "fr" if value.lower().startswith("fr") else "en"
    return "en"


class Words:
    """Says things on standard output, in one language."""

    def __init__(self, language: str) -> None:
        self._french = language == "fr"

    def __call__(self, text: str, **fields: object) -> str:
        """Return the text in the language, its `{fields}` filled in."""
        return (FRENCH[text] if self._french else text).format(**fields)

    def say(self, text: str, **fields: object) -> None:
        """Print one line at once, so that it stands before what a child process prints."""
        print("comptoir: " + self(text, **fields), flush=True)


class Stop(Exception):
    """A step cannot go on: `text` says why, `hint` what would do. Both in the reader's language."""

    def __init__(self, text: str, hint: str) -> None:
        super().__init__(text)
        self.text = text
        self.hint = hint
