from azureml.core import Experiment, Workspace
from azureml.exceptions import AzureMLException, UserErrorException

ws = Workspace.from_config()
run = Experiment(ws, "errors").start_logging(snapshot_directory=None)
run.add_properties({"author": "first"})
try:
    run.add_properties({"author": "second"})
except AzureMLException as error:
    print("refused:", "author" in error.message)
try:
    Experiment(ws, "not a name!")
except UserErrorException as error:
    print("user error:", bool(str(error)))
run.fail(error_details="on purpose", error_code="Planned")
print("status:", run.get_status())
