"""The pages of the accounts, on one blueprint: each module is a group of them."""

from marketplace.accounts.views import account, invitations, joining, operator, people, phones, signing, tiles
from marketplace.accounts.views.blueprint import blueprint

__all__ = ["account", "blueprint", "invitations", "joining", "operator", "people", "phones", "signing", "tiles"]
