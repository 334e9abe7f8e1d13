"""The notebook kernel's side of ci/bench: runs a cell once for each line it reads.

usage: .venv/bin/python ci/benchmarks/in_kernel.py DATA WORK ROW; the cell itself prints the seconds
"""

import os
import sys
from pathlib import Path

from jupyter_client.manager import start_new_kernel

sys.path[0] = str(Path(__file__).resolve().parents[1])

from kernel.copies import tidy  # noqa: E402
from kernel.paths import ROOT, SPEC  # noqa: E402

PREPARE = """\
:dep lrlib = { path = "../lrlib" }
use lrlib::{datasets::ImageFolder, metrics::accuracy, optim::Sgd, train::{TrainConfig, fit}};
use lrlib::{nn::*, transforms::{CenterCrop, Compose, Resize}};
let transform = Compose::new().then(Resize(224)).then(CenterCrop(224));
let train = ImageFolder::new("DATA/train")?.load(&transform)?;
let val = ImageFolder::new("DATA/val")?.load(&transform)?;
"""
ROWS = {
    "fit100": """\
let start = std::time::Instant::now();
let mut model = LogisticRegression::new(train.num_features());
let history = fit(&mut model, &train, Some(&val), &TrainConfig::default())?;
println!("{}", start.elapsed().as_secs_f64());
""",
    "loop": """\
let start = std::time::Instant::now();
let mut model = LogisticRegression::new(train.num_features());
let mut seen = Vec::new();
for _ in 0..100 {
    let y_hat = model.forward(&train.x);
    let loss = binary_cross_entropy(&y_hat, &train.y);
    let grads = model.backward(&train.x, &y_hat, &train.y);
    Sgd::new(1e-4).step(&mut model, &grads);
    seen.push((loss, accuracy(&train.y, &y_hat), accuracy(&val.y, &model.forward(&val.x))));
}
println!("{}", start.elapsed().as_secs_f64());
""",
}


def main() -> None:
    data, row = sys.argv[1], sys.argv[3]
    os.environ["JUPYTER_PATH"] = str(SPEC.parents[2])
    manager, client = start_new_kernel(kernel_name="rust", cwd=str(ROOT / "notebooks"))

    def execute(cell: str) -> str:
        printed = []

        def listen(message: dict) -> None:
            if message["msg_type"] == "error":
                sys.exit(f"ci/bench: a cell failed: {message['content']['evalue']}")
            if message["msg_type"] == "stream":
                printed.append(message["content"]["text"])

        client.execute_interactive(cell, output_hook=listen, allow_stdin=False, timeout=600)
        while "println!" in cell and not printed:  # a line may arrive after the cell's end
            listen(client.get_iopub_msg(timeout=60))
        return "".join(printed).strip()

    try:
        for line in PREPARE.replace("DATA", data).splitlines():
            execute(line)
        for _ in sys.stdin:
            print(execute(ROWS[row]), flush=True)
    finally:
        client.stop_channels()
        manager.shutdown_kernel()
        tidy()


if __name__ == "__main__":
    main()
