"""Failures that a person can cause and understand; anything else crashes loudly."""


class AccountsError(Exception):
    """An expected refusal: `code` for programs, `status` for HTTP, `message` for the person. Nothing was changed."""

    def __init__(self, message: str, *, code: str, status: int = 409) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.status = status
