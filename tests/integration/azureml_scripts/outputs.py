import os

from azureml.core import Run

run = Run.get_context()
os.makedirs("outputs", exist_ok=True)  # noqa: PTH103
with open("outputs/model.txt", "w") as out:  # noqa: PTH123
    out.write("a model")
with open("other.txt", "w") as out:  # noqa: PTH123
    out.write("another file")
run.upload_file(name="kept/other.txt", path_or_stream="other.txt")
print("experiment:", run.experiment.name)
