from azureml.core import Workspace
from azureml.core.authentication import InteractiveLoginAuthentication, ServicePrincipalAuthentication
from azureml.telemetry import set_diagnostics_collection

set_diagnostics_collection(send_diagnostics=True)
auth = ServicePrincipalAuthentication(tenant_id="t", service_principal_id="id", service_principal_password="not used")
ws = Workspace.from_config(auth=auth)
again = Workspace.from_config(auth=InteractiveLoginAuthentication(tenant_id="t"))
print("same:", ws.name == again.name)
