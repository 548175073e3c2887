"""The job handlers of the settings are registered with the services they call."""

from common.setup.services import handing_over as handing_over
