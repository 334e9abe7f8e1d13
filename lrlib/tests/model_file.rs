//! Models in files: whole, readable elsewhere, refused where they do not fit.

use std::fs;

use lrlib::nn::LogisticRegression;
use ndarray::array;
use tempfile::tempdir;

fn model() -> LogisticRegression {
    LogisticRegression { weight: array![1.0, -2.5], bias: Some(0.5) }
}

#[test]
fn a_saved_model_comes_back() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("bees.safetensors");
    for model in [model(), model().without_bias()] {
        model.save(&path).expect("saved");
        let mut loaded = LogisticRegression { bias: model.bias.map(|_| 0.0), ..LogisticRegression::new(2) };
        loaded.load(&path).expect("loaded");
        assert_eq!(loaded, model);
    }
    assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), 1, "nothing is left beside it");
}

/// A safetensors file: the header's length, the header, the data.
fn file(header: &str, data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat()
}

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

#[test]
fn python_wrote_this() {
    // safetensors.numpy.save({"weight": np.array([[1, -2.5]], "f4"), "bias": np.array([0.5], "f4")}, {"by": "python"})
    let header = r#"{"__metadata__":{"by":"python"},"bias":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"weight":{"dtype":"F32","shape":[1,2],"data_offsets":[4,12]}}"#;
    let bytes = file(header, &floats(&[0.5, 1.0, -2.5]));
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("bees.safetensors");
    fs::write(&path, &bytes).expect("written");
    let mut loaded = LogisticRegression::new(2);
    loaded.load(&path).expect("loaded");
    assert_eq!(loaded, model());

    for cut in 0..bytes.len() {
        fs::write(&path, &bytes[..cut]).expect("written");
        let error = loaded.load(&path).expect_err("half a file is no model").to_string();
        assert!(error.contains("bees.safetensors") && error.contains("save the model again"), "{error}");
    }
    assert_eq!(loaded, model(), "a failed load changes nothing");
}

#[test]
fn other_tensors_types_and_quotes_are_read() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("bees.safetensors");
    // torch.save's metadata with a quote, and a counter of batches beside the weights (int64).
    let header = r#"{"__metadata__":{"by":"a \"quote\""},"steps":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"bias":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},"weight":{"dtype":"F32","shape":[1,2],"data_offsets":[12,20]}}"#;
    let with_steps = file(header, &[&7_i64.to_le_bytes()[..], &floats(&[0.5, 1.0, -2.5])].concat());
    // {"weight": linear.weight.double(), "bias": linear.bias.bfloat16()}; bfloat16 is the upper half of a float.
    let header = r#"{"weight":{"dtype":"F64","shape":[1,2],"data_offsets":[0,16]},"bias":{"dtype":"BF16","shape":[1],"data_offsets":[16,18]}}"#;
    let upper_half = &0.5_f32.to_le_bytes()[2..];
    let other_types = file(header, &[&1.0_f64.to_le_bytes()[..], &(-2.5_f64).to_le_bytes(), upper_half].concat());
    for bytes in [with_steps, other_types] {
        fs::write(&path, bytes).expect("written");
        let mut loaded = LogisticRegression::new(2);
        loaded.load(&path).expect("loaded");
        assert_eq!(loaded, model());
    }
    let half = r#"{"weight":{"dtype":"F16","shape":[1,2],"data_offsets":[0,4]},"bias":{"dtype":"F16","shape":[1],"data_offsets":[4,6]}}"#;
    fs::write(&path, file(half, &[0; 6])).expect("written");
    let error = model().load(&path).expect_err("16 bits").to_string();
    assert!(error.contains("\"weight\" is of type F16") && error.contains("tensor.float()"), "{error}");
}

#[test]
fn files_that_do_not_fit_are_refused() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("model.safetensors");
    let refusal = |mut into: LogisticRegression| into.load(&path).expect_err("refused").to_string();
    assert!(refusal(model()).contains("check the path"));
    fs::write(&path, "<html>no model</html>").expect("written");
    assert!(refusal(model()).contains("not a safetensors file"));
    model().save(&path).expect("saved");
    assert!(refusal(LogisticRegression::new(3)).contains("2 weights, this model 3"));
    assert!(refusal(model().without_bias()).contains("it has a bias"));
    #[cfg(unix)]
    assert!(model().load("/dev/zero").expect_err("endless").to_string().contains("not a regular file"));
    let nowhere = folder.path().join("missing").join("model.safetensors");
    assert!(model().save(nowhere).expect_err("no folder").to_string().contains("cannot write"));
}
