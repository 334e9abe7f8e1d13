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

#[test]
fn python_wrote_this() {
    // safetensors.numpy.save({"weight": np.array([[1, -2.5]], "f4"), "bias": np.array([0.5], "f4")}, {"by": "python"})
    let header = r#"{"__metadata__":{"by":"python"},"bias":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"weight":{"dtype":"F32","shape":[1,2],"data_offsets":[4,12]}}"#;
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.extend([0.5_f32, 1.0, -2.5].iter().flat_map(|value| value.to_le_bytes()));
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
fn files_that_do_not_fit_are_refused() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("model.safetensors");
    let refusal = |mut into: LogisticRegression| into.load(&path).expect_err("refused").to_string();
    assert!(refusal(model()).contains("check the path"));
    fs::write(&path, "<html>no model</html>").expect("written");
    assert!(refusal(model()).contains("no safetensors file"));
    model().save(&path).expect("saved");
    assert!(refusal(LogisticRegression::new(3)).contains("2 weights, this model 3"));
    assert!(refusal(model().without_bias()).contains("it has a bias"));
    let nowhere = folder.path().join("missing").join("model.safetensors");
    assert!(model().save(nowhere).expect_err("no folder").to_string().contains("cannot write"));
}
