"""accounts/login/ : allauth's page, also for who was signed out at the issuer and comes back."""

from inbox.components.sign_in import Code, SignIn

sign_in = SignIn.as_view()
by_code = Code.as_view()
