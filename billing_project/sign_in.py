"""How people sign in: the settings of Django and allauth that no installation chooses."""

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "full_name"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "billing:overview"
LOGOUT_REDIRECT_URL = "billing:pricing"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "signup": "accounts.forms.sign_up.SignupForm",
    "login": "accounts.forms.sign_in.LoginForm",
    "reauthenticate": "accounts.forms.sign_in.ReauthenticateForm",
    "add_email": "accounts.forms.details.NewEmailForm",
    "change_password": "accounts.forms.details.ChangePasswordForm",
    "set_password": "accounts.forms.details.SetPasswordForm",
    "reset_password": "accounts.forms.details.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.details.NewPasswordForm",
}
ACCOUNT_CHANGE_EMAIL = True  # One address a person; a new one counts once its mailbox is proven.
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # Only in the browser that signed up.
ACCOUNT_LOGIN_TIMEOUT = 3600  # How long that browser is remembered.
ACCOUNT_EMAIL_NOTIFICATIONS = True
MFA_ADAPTER = "accounts.adapter.MfaAdapter"
MFA_FORMS = {
    "authenticate": "accounts.forms.sign_in.AuthenticateForm",
    "reauthenticate": "accounts.forms.sign_in.ReauthenticateByCodeForm",
    "activate_totp": "accounts.forms.sign_in.ActivateTOTPForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # A phone may be half a minute slow or fast.
CSRF_FAILURE_VIEW = "billing_project.error_pages.csrf_failure"
