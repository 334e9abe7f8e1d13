//! The command line, and the tutorial's published curve where the photographs are there.

use std::{
    env,
    f64::consts::LN_2,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use image::RgbImage;
use tempfile::{TempDir, tempdir};

/// Runs the example, which cargo builds beside the tests.
fn tutorial(arguments: &[&str]) -> Output {
    let mut command = Command::new(program());
    command.env_remove("LRLIB_DATA").args(arguments).output().expect("run: cargo build --examples")
}

fn program() -> PathBuf {
    let test = env::current_exe().expect("this test is a file");
    test.ancestors().nth(2).expect("target/PROFILE").join("examples/tutorial")
}

fn path(folder: &TempDir, inner: &str) -> String {
    folder.path().join(inner).to_str().expect("UTF-8").into()
}

/// Two dark ants and two light bees in both splits.
fn small_data() -> TempDir {
    let root = tempdir().expect("a folder");
    for (class, level) in [("ants", 40), ("bees", 200)] {
        for split in ["train", "val"] {
            let folder = root.path().join(split).join(class);
            fs::create_dir_all(&folder).expect("made");
            for i in 0..2 {
                RgbImage::from_pixel(8, 8, [level + i; 3].into()).save(folder.join(format!("{i}.png"))).expect("saved");
            }
        }
    }
    root
}

#[test]
fn it_prints_the_table_and_writes_every_epoch() {
    let data = small_data();
    let csv = path(&data, "out.csv");
    let output = tutorial(&[&path(&data, ""), "--epochs", "12", "--csv", &csv]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let printed = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(printed.lines().filter(|line| line.starts_with("epoch")).count(), 3, "0, 10 and the last: {printed}");
    let csv = fs::read_to_string(csv).expect("written");
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!((lines[0], lines.len()), ("epoch,loss,train_accuracy,val_loss,val_accuracy", 13));
    assert!(lines[1].starts_with("0,0.693147"), "ln 2 at zero weights: {}", lines[1]);
}

#[test]
fn wrong_usage_is_2_and_wrong_data_is_1() {
    let data = small_data();
    let root = path(&data, "");
    let csv = path(&data, "no/such/folder.csv");
    let odd = small_data();
    fs::rename(odd.path().join("val/ants"), odd.path().join("val/wasps")).expect("renamed");
    let wasps = path(&odd, "");
    let cases: [(&[&str], i32, &str); 9] = [
        (&[], 1, "run ci/lab once"),
        (&[&root, "--epochs", "many"], 2, "many"),
        (&[&root, "--colour"], 2, "--colour"),
        (&["no/such/data"], 1, "no/such/data/train"),
        (&[&wasps], 1, "give both the same names"),
        (&[&root, "--epochs", "0"], 2, "0 is not in 1.."),
        (&[&root, "--learning-rate", "NaN"], 2, "use a number above 0"),
        (&[&root, "--learning-rate", "-1"], 2, "use a number above 0"),
        (&[&root, "--csv", &csv], 1, "cannot write"),
    ];
    for (arguments, code, problem) in cases {
        let output = tutorial(arguments);
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert!(output.status.code() == Some(code) && said.contains(problem), "{arguments:?}: {said}");
        assert!(code == 2 || said.lines().count() == 1, "{said}");
    }
}

#[test]
fn a_csv_that_cannot_be_written_fails_before_the_run() {
    let data = small_data();
    let output = tutorial(&[&path(&data, ""), "--csv", &path(&data, "no/such/folder.csv")]);
    assert!(output.status.code() == Some(1) && output.stdout.is_empty(), "{output:?}");
}

#[test]
#[cfg(unix)]
fn a_closed_pipe_ends_without_a_panic() {
    let data = small_data();
    let command =
        format!("'{}' '{}' --epochs 3000 | head -n 1; exit ${{PIPESTATUS[0]}}", program().display(), path(&data, ""));
    let output = Command::new("bash").args(["-c", &command]).output().expect("run");
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_csv_may_go_to_a_pipe() {
    let data = small_data();
    let output = tutorial(&[&path(&data, ""), "--epochs", "2", "--csv", "/dev/stdout"]);
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && printed.contains("\nepoch,loss,"), "{output:?}");
}

/// Killed at some moment, and run again: the same lines as without a break.
#[test]
fn a_killed_run_continues_to_the_same_numbers() {
    let data = small_data();
    let (root, kept) = (path(&data, ""), path(&data, "kept.safetensors"));
    let (broken, whole, other) = (path(&data, "broken.csv"), path(&data, "whole.csv"), path(&data, "other"));
    let arguments = |csv, kept| [root.as_str(), "--epochs", "40000", "--csv", csv, "--checkpoint", kept];
    let with_checkpoint = arguments(&broken, &kept);
    let mut first = Command::new(program()).args(with_checkpoint).stdout(Stdio::null()).spawn().expect("started");
    // The file is there from the start, and grows with the epochs.
    let size = || fs::metadata(&kept).map_or(0, |file| file.len());
    while size() == 0 && first.try_wait().expect("a process").is_none() {
        std::hint::spin_loop();
    }
    let at_first = size();
    while size() == at_first && first.try_wait().expect("a process").is_none() {
        std::hint::spin_loop();
    }
    first.kill().expect("killed");
    first.wait().expect("gone");
    assert!(!Path::new(&broken).exists(), "it was killed before its end");
    assert!(tutorial(&with_checkpoint).status.success());
    assert!(tutorial(&arguments(&whole, &other)).status.success());
    assert!(fs::read(broken).expect("written") == fs::read(whole).expect("written"));
}

/// The original's published curve (`dair-ai/ML-Notebooks`), recomputed in float64 from Pillow's pixels without a
/// bias, which is the nearer one by 1e-6, and with: epoch, both losses, train and val accuracy. Ours are the same before they
/// are resized, which differs by one level of 255 in every sixth: the loss by 1e-6 at most, no accuracy.
#[test]
fn the_photographs_give_the_published_curve() {
    let Some(data) = env::var_os("LRLIB_DATA").map(PathBuf::from).filter(|data| data.join("train").is_dir()) else {
        println!("skipped: set LRLIB_DATA to the photographs' folder");
        return;
    };
    let published = [
        (0, LN_2, LN_2, 0.504_098, 0.457_516),
        (10, 0.669_147, 0.669_146, 0.643_443, 0.542_484),
        (50, 0.613_922, 0.613_921, 0.709_016, 0.562_092),
        (90, 0.581_156, 0.581_155, 0.745_902, 0.581_699),
        (99, 0.575_138, 0.575_137, 0.75, 0.594_771),
    ];
    let folder = tempdir().expect("a folder");
    let csv = path(&folder, "curve.csv");
    for bias in [false, true] {
        let mut arguments = vec![data.to_str().expect("UTF-8"), "--csv", &csv];
        arguments.extend((!bias).then_some("--no-bias"));
        let output = tutorial(&arguments);
        assert!(output.status.success(), "{output:?}");
        let rows: Vec<Vec<f64>> = fs::read_to_string(&csv).expect("written").lines().skip(1).map(numbers).collect();
        for (epoch, without, with, train, val) in published {
            let row = &rows[epoch];
            let loss = if bias { with } else { without };
            assert!((row[1] - loss).abs() <= 3e-6, "loss of epoch {epoch}: {} is not {loss}", row[1]);
            assert!((row[2] - train).abs() <= 1e-6, "train accuracy of epoch {epoch}: {}", row[2]);
            assert!((row[4] - val).abs() <= 1e-6, "val accuracy of epoch {epoch}: {}", row[4]);
        }
    }
}

fn numbers(line: &str) -> Vec<f64> {
    line.split(',').map(|number| number.parse().expect("a number")).collect()
}
