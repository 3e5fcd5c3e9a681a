"""People, organizations and who belongs to which; nothing here knows what is billed."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Accounts"
