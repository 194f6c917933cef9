"""Those who work in the shop: who they are, what they may do, how they prove it, and where they are signed in.

The one rule: nobody acts as staff before both a password and a code were right, and no secret is kept readable.
"""

from app.services.accounts.brake import Visitor, forget_attempts
from app.services.accounts.roles import PERMISSIONS, ROLES
from app.services.accounts.sessions import Session, end_session, find_session, list_sessions
from app.services.accounts.sign_in import (
    Enrolment,
    SignedIn,
    confirm,
    enrol,
    enrolment_of,
    enter_code,
    enter_password,
    sign_out,
)
from app.services.accounts.staff import (
    DEMO_EMAIL,
    Added,
    Staff,
    add,
    add_demo,
    change_role,
    current_code,
    demo_code,
    end,
    find_staff,
    names_of,
    reset,
)

__all__ = [
    "DEMO_EMAIL",
    "PERMISSIONS",
    "ROLES",
    "Added",
    "Enrolment",
    "Session",
    "SignedIn",
    "Staff",
    "Visitor",
    "add",
    "add_demo",
    "change_role",
    "confirm",
    "current_code",
    "demo_code",
    "end",
    "end_session",
    "enrol",
    "enrolment_of",
    "enter_code",
    "enter_password",
    "find_session",
    "find_staff",
    "forget_attempts",
    "list_sessions",
    "names_of",
    "reset",
    "sign_out",
]
