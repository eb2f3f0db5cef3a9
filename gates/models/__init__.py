"""The tables of the board, one concept a file.

The order of the imports is the order in which `dumpdata` writes the tables: evidence comes
before gates, so that a closed gate finds its evidence when it is loaded.
"""

from typing import Any

from .launch import Launch, Section  # isort: skip
from .owner import Owner  # isort: skip
from .evidence import Evidence  # isort: skip
from .gate import Gate  # isort: skip
from .check import Check  # isort: skip
from .condition import Condition  # isort: skip
from .token import Revocation, Token, TokenScope  # isort: skip
from .run import Report, Run  # isort: skip
from .proposal import Proposal, ProposalDecision  # isort: skip
from .refusal import LaunchArchived, TransitionRefused  # isort: skip
from .blocker import Blocker  # isort: skip
from .action import Action  # isort: skip
from .claim import Claim, Requirement  # isort: skip
from .imports import Import  # isort: skip
from .file_check import FileCheck  # isort: skip
from .preference import Preference  # isort: skip
from .optimistic_lock import StaleObjectError  # isort: skip

__all__ = [
    "Action",
    "Blocker",
    "Check",
    "Claim",
    "Condition",
    "Evidence",
    "FileCheck",
    "Gate",
    "Import",
    "Launch",
    "LaunchArchived",
    "Owner",
    "Preference",
    "Proposal",
    "ProposalDecision",
    "Report",
    "Requirement",
    "Revocation",
    "Run",
    "Section",
    "StaleObjectError",
    "Token",
    "TokenScope",
    "TransitionRefused",
]

# The models with history, in an order in which rows can be written: what is referred to first.
TRACKED: tuple[Any, ...] = (
    Launch,
    Section,
    Owner,
    Gate,
    Check,
    Condition,
    Evidence,
    Blocker,
    Action,
    Claim,
    Requirement,
)
