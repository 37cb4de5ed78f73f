//! `model.onnx` in onnxruntime: `reference/onnx_logits.py` checks the files and computes logits.

use crate::{
    book::snippet,
    cases::{all, cases, tolerance},
};
use std::process::Command;
use supernet_tests::{assert_close, values};

/// An interpreter that has onnx, onnxruntime and numpy.
const PYTHON: &str = "SUPERNET_ONNXRUNTIME_PYTHON";

/// Both sides compute in f32 and differ in the order of sums; logits are of order 1.
const TOLERANCE: f64 = 1e-4;

#[test]
fn onnxruntime_computes_what_the_library_computes() {
    let Some(python) = std::env::var_os(PYTHON) else {
        return println!("not run: {PYTHON} names no interpreter with onnx, onnxruntime and numpy");
    };
    let folder = tempfile::tempdir().unwrap();
    let mut expected = Vec::new();
    for case in all(20) {
        let of_case = folder.path().join(case.name());
        case.write(&of_case);
        // Two batches: their number is no part of the file.
        for count in [1, 6] {
            let (images, logits) = case.images_and_logits(count);
            let bytes: Vec<u8> = images.into_data().iter::<f32>().flat_map(f32::to_le_bytes).collect();
            std::fs::write(of_case.join(format!("images-{count}.f32")), bytes).unwrap();
            let tolerance = tolerance(&*case, count, TOLERANCE);
            expected.push((of_case.join(format!("logits-{count}.f32")), values(logits), tolerance));
        }
    }
    let script = format!("{}/reference/onnx_logits.py", env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(&python).arg(script).arg(folder.path()).output().expect("the interpreter");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let script = snippet("```python\n");
    for case in [&cases()[0].name, "random-0"] {
        let run = Command::new(&python).args(["-c", &script]).current_dir(folder.path().join(case)).output();
        let output = run.expect("the interpreter");
        let classes = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(["aeroplane", "car", "bird", "cat", "deer"].iter().any(|class| classes.contains(class)), "{classes}");
    }
    for (path, expected, tolerance) in expected {
        let bytes = std::fs::read(&path).unwrap();
        let found = bytes.chunks_exact(4).map(|bytes| f64::from(f32::from_le_bytes(bytes.try_into().unwrap())));
        assert_close(&path.display().to_string(), &found.collect::<Vec<_>>(), &expected, tolerance);
    }
}
