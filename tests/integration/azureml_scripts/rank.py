import os

from azureml.core import Run

Run.get_context().log("rank", int(os.environ["RANK"]))
