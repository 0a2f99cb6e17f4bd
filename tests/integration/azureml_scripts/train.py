import argparse

from azureml.core.run import Run

parser = argparse.ArgumentParser()
parser.add_argument("--kernel", type=str, default="linear")
parser.add_argument("--penalty", type=float, default=1.0)
args = parser.parse_args()
run = Run.get_context()
run.log("Kernel type", str(args.kernel))
run.log("Penalty", float(args.penalty))
print("penalty is", args.penalty)
