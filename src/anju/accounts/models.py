"""People who sign in, and the system itself as an actor."""

from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A person with a sign-in, or (`is_system`) a worker that acts without one."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    display_name = models.CharField(_("full name"), max_length=60)
    title = models.CharField(_("office or post"), max_length=80, blank=True)
    is_system = models.BooleanField(default=False)
    is_staff_member = models.BooleanField(
        _("works for a public body"),
        default=True,
        help_text=_("Staff need a second factor; landlords and tenants do not."),
    )

    REQUIRED_FIELDS = ["display_name"]

    class Meta(AbstractUser.Meta):
        constraints = [models.CheckConstraint(condition=~models.Q(display_name=""), name="user_has_a_name")]

    def __str__(self) -> str:
        return self.display_name

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name

    @cached_property
    def has_second_factor(self) -> bool:
        return bool(is_mfa_enabled(self))
