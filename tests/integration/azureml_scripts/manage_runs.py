from azureml.core import Experiment, Run, ScriptRunConfig, Workspace

exp = Experiment(Workspace.from_config(), "manage")
run = exp.submit(ScriptRunConfig(source_directory=".", script="outputs.py", compute_target="local"))
run.wait_for_completion(show_output=False)
details = run.get_details()
print("details:", details["status"], details["target"], sorted(details["properties"])[:1] is not None)
files = run.get_file_names()
print("files:", "outputs/model.txt" in files, "kept/other.txt" in files)
run.download_file("outputs/model.txt", output_file_path="fetched.txt")
print("fetched:", open("fetched.txt").read())  # noqa: PTH123, SIM115
run.tag("reviewed")
print("found:", [each.id for each in exp.get_runs(tags="reviewed")] == [run.id], Run(exp, run.id).get_status())
exp.archive()
print("archived:", exp.name in [each.name for each in Experiment.list(exp.workspace, view_type="ArchivedOnly")])
exp.reactivate()
