"""The pages of the accounts, on one blueprint: each module is a group of them."""

from marketplace.accounts.views import (
    access,
    account,
    addresses,
    invitations,
    joining,
    my_data,
    operator,
    people,
    phones,
    second_factor,
    signing,
    tiles,
)
from marketplace.accounts.views.blueprint import blueprint

__all__ = [
    "access",
    "account",
    "addresses",
    "blueprint",
    "invitations",
    "joining",
    "my_data",
    "operator",
    "people",
    "phones",
    "second_factor",
    "signing",
    "tiles",
]
