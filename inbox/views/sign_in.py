"""accounts/login/ : allauth's page, also for people who come back from signing out at the issuer."""

from inbox.components.sign_in import Code, SignIn

sign_in = SignIn.as_view()
by_code = Code.as_view()
