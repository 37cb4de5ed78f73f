"""Checks the ONNX files of a folder and computes their logits.

For each FOLDER/*/model.onnx: onnx.checker with full shape inference, then for each images-N.f32 beside it (N images, little-endian floats) the
logits by onnxruntime on the processor, written to logits-N.f32.

    python onnx_logits.py FOLDER
"""

import pathlib
import sys

import numpy as np
import onnx
import onnxruntime

for path in sorted(pathlib.Path(sys.argv[1]).glob("*/model.onnx")):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    assert model.opset_import[0].version >= 17, path
    assert {entry.key for entry in model.metadata_props} >= {"architecture", "seed", "supernet", "mean", "std", "classes"}, path
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (images,), (logits,) = session.get_inputs(), session.get_outputs()
    assert (images.name, logits.name) == ("images", "logits"), path
    batch, *shape = images.shape
    assert batch == logits.shape[0] == "batch", f"{path}: {images.shape}, {logits.shape}"
    files = sorted(path.parent.glob("images-*.f32"))
    assert files, path
    for file in files:
        values = np.fromfile(file, dtype="<f4").reshape(-1, *shape)
        (result,) = session.run(["logits"], {"images": values})
        result.astype("<f4").tofile(file.with_name(file.name.replace("images", "logits")))
    print(path.parent.name, "ok")
