//! Digits from IDX files, made by hand byte by byte, and one clear line for each file that is not one.

use std::{
    fs,
    io::Write as _,
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

use flate2::{Compression, write::GzEncoder};
use lrlib::{
    datasets::{Mnist, rng},
    rand::Rng as _,
};
use ndarray::array;
use tempfile::{TempDir, tempdir};

const IMAGES: &str = "train-images-idx3-ubyte";
const LABELS: &str = "train-labels-idx1-ubyte";

/// Four pictures, 2 high and 3 wide.
const PICTURES: [u8; 16 + 24] = [
    0, 0, 8, 3, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0, 3, // the header
    0, 51, 102, 153, 204, 255, // an 8
    1, 1, 1, 1, 1, 1, // a 5
    255, 0, 0, 0, 0, 0, // a 3
    9, 8, 7, 6, 5, 4, // an 8
];
const DIGITS: [u8; 8 + 4] = [0, 0, 8, 1, 0, 0, 0, 4, 8, 5, 3, 8];

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("packed");
    encoder.finish().expect("packed")
}

fn folder(images: &[u8], labels: &[u8]) -> TempDir {
    let folder = tempdir().expect("a folder");
    fs::write(folder.path().join(IMAGES), images).expect("written");
    fs::write(folder.path().join(LABELS), labels).expect("written");
    folder
}

/// Returns the line that refuses these files; it names `file`.
#[track_caller]
fn refusal(images: &[u8], labels: &[u8], file: &str) -> String {
    let folder = folder(images, labels);
    let error = Mnist::new(folder.path(), true).expect_err("they are broken").to_string();
    assert!(error.contains(&folder.path().join(file).display().to_string()) && error.lines().count() == 1, "{error}");
    error
}

fn with(bytes: &[u8], at: usize, new: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at..at + new.len()].copy_from_slice(new);
    bytes
}

#[test]
fn pictures_are_read_packed_or_not() {
    let plain = folder(&PICTURES, &DIGITS);
    let packed = tempdir().expect("a folder");
    fs::write(packed.path().join("t10k-images-idx3-ubyte.gz"), gzip(&PICTURES)).expect("written");
    // A gzip file may have several members.
    let labels = [gzip(&DIGITS[..9]), gzip(&DIGITS[9..])].concat();
    fs::write(packed.path().join("t10k-labels-idx1-ubyte.gz"), labels).expect("written");
    for mnist in [Mnist::new(plain.path(), true), Mnist::new(packed.path(), false)] {
        let mnist = mnist.expect("read");
        assert_eq!((mnist.data.dim(), &mnist.targets), ((4, 2, 3), &array![8, 5, 3, 8]));
        assert_eq!(mnist.data[[0, 1, 2]], 255);
        assert_eq!(mnist.counts(), [0, 0, 0, 1, 0, 1, 0, 0, 2, 0]);
        assert_eq!(format!("{mnist:?}"), "Mnist(4 pictures of 3 × 2)");
        let (image, digit) = mnist.get(3);
        assert_eq!((image.dimensions(), digit), ((3, 2), 8));
        assert_eq!((image.get_pixel(1, 0).0, image.get_pixel(2, 1).0), ([8; 3], [4; 3]));
    }
}

/// `ci/setup` has drawn them.
#[test]
fn the_drawn_digits_are_read() {
    let read = |train| Mnist::new("../data/digits", train).expect("ci/setup draws them");
    for (mnist, count) in [(read(true), 600), (read(false), 200)] {
        assert_eq!((mnist.data.dim(), mnist.counts()), ((10 * count, 28, 28), [count; 10]));
    }
}

#[test]
fn the_content_tells_whether_a_file_is_packed() {
    let mnist = Mnist::new(folder(&gzip(&PICTURES), &gzip(&DIGITS)).path(), true).expect("read");
    assert_eq!(mnist.data.dim(), (4, 2, 3));
}

#[test]
fn two_digits_are_a_batch() {
    let mnist = Mnist::new(folder(&PICTURES, &DIGITS).path(), true).expect("read");
    let batch = mnist.digits(3, 8).expect("both are there");
    assert_eq!(batch.y, array![1.0, 0.0, 1.0], "the order of the file");
    // 51 / 255 = 0.2
    let row = array![0.0, 51.0 / 255.0, 102.0 / 255.0, 153.0 / 255.0, 204.0 / 255.0, 1.0_f32];
    assert_eq!((batch.x.dim(), batch.x.row(0)), ((3, 6), row.view()));
    assert_eq!(batch.x.row(1), array![1.0, 0.0, 0.0, 0.0, 0.0, 0.0_f32]);
    assert_eq!(mnist.digits(8, 3).expect("both are there").y, array![0.0, 1.0, 0.0], "the second digit is 1");
}

#[test]
fn digits_that_are_not_two_of_those_there() {
    let mnist = Mnist::new(folder(&PICTURES, &DIGITS).path(), true).expect("read");
    for (first, second) in [(3, 3), (3, 10), (usize::MAX, 8), (3, 4), (0, 5)] {
        let error = mnist.digits(first, second).expect_err("no two classes").to_string();
        let cause = format!("{first} and {second} are not two different digits of those in these files, [3, 5, 8]");
        assert_eq!(error, cause);
    }
}

#[test]
#[should_panic(expected = "no picture 4: there are 4")]
fn a_picture_beyond_the_last() {
    let _ = Mnist::new(folder(&PICTURES, &DIGITS).path(), true).expect("read").get(4);
}

#[test]
fn a_missing_file_is_named_both_ways() {
    let folder = folder(&PICTURES, &DIGITS);
    let test = Mnist::new(folder.path(), false).expect_err("only the training files are there").to_string();
    assert!(test.contains("neither t10k-images-idx3-ubyte nor t10k-images-idx3-ubyte.gz is in this folder"), "{test}");
    fs::remove_file(folder.path().join(LABELS)).expect("removed");
    let labels = Mnist::new(folder.path(), true).expect_err("no labels").to_string();
    assert!(labels.contains("neither train-labels-idx1-ubyte nor train-labels-idx1-ubyte.gz"), "{labels}");
    fs::create_dir(folder.path().join(LABELS)).expect("made");
    let not_a_file = Mnist::new(folder.path(), true).expect_err("a folder").to_string();
    assert!(not_a_file.contains("this is not a regular file"), "{not_a_file}");
}

#[test]
fn files_of_another_kind() {
    let images = |bytes: &[u8]| refusal(bytes, &DIGITS, IMAGES);
    let labels = |bytes: &[u8]| refusal(&PICTURES, bytes, LABELS);
    for (error, words) in [
        (images(b""), "it begins with [], so it is not an IDX file"),
        (images(b"<html>"), "it begins with [3c, 68, 74, 6d], so it is not an IDX file"),
        (images(&with(&PICTURES, 2, &[0x0D])), "its values are of type 0x0d, not bytes, 0x08"),
        (images(&DIGITS), "the number of its dimensions is 1, not 3"),
        (labels(&PICTURES), "the number of its dimensions is 3, not 1"),
        (labels(&with(&DIGITS, 3, &[2])), "the number of its dimensions is 2, not 1"),
        (refusal(&DIGITS, &PICTURES, IMAGES), "check which file is which"),
        (images(&PICTURES[..15]), "it ends in its header"),
        (images(&with(&PICTURES, 11, &[0])), "its sizes are [4, 0, 3], so it holds nothing"),
        (labels(&with(&DIGITS, 7, &[0])), "its sizes are [0], so it holds nothing"),
        (images(&PICTURES[..39]), "its header announces 24 values, but 23 follow"),
        (images(&[&PICTURES[..], &[0]].concat()), "its header announces 24 values, but more follow"),
        (images(&with(&PICTURES, 4, &[255; 12])), "it holds more than 256 MiB"),
        (images(&with(&PICTURES, 4, &[0x0F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1, 0, 0, 0, 1])), "announces 268435455 values"),
        (labels(&with(&DIGITS, 7, &[3])), "its header announces 3 values, but more follow"),
        (labels(&with(&DIGITS[..11], 7, &[3])), "it has 3 labels, but "),
        (labels(&with(&DIGITS, 10, &[10])), "it has the label 10; only the digits 0 to 9 are read"),
    ] {
        assert!(error.contains(words), "{words:?} is not in: {error}");
    }
}

#[test]
fn packed_files_that_are_broken() {
    let packed = gzip(&PICTURES);
    let cut = refusal(&packed[..packed.len() - 9], &DIGITS, IMAGES);
    assert!(cut.contains("it cannot be unpacked"), "{cut}");
    let checksum = packed.len() - 8;
    let changed = refusal(&with(&packed, checksum, &[packed[checksum] ^ 1]), &DIGITS, IMAGES);
    assert!(changed.contains("it cannot be unpacked (corrupt gzip stream"), "{changed}");
}

/// A gigabyte of zeros takes a megabyte: no more of it is unpacked than the header announces.
#[test]
fn a_packed_file_is_not_unpacked_beyond_its_header() {
    let zeros = vec![0; 1 << 20];
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&PICTURES).expect("packed");
    for _ in 0..1024 {
        encoder.write_all(&zeros).expect("packed");
    }
    let bomb = encoder.finish().expect("packed");
    assert!(bomb.len() < 8 << 20);
    let start = Instant::now();
    let error = refusal(&bomb, &DIGITS, IMAGES);
    assert!(error.contains("its header announces 24 values, but more follow"), "{error}");
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
}

#[test]
fn a_file_that_is_too_large_is_not_read() {
    let folder = folder(&[], &DIGITS);
    let file = fs::File::create(folder.path().join(IMAGES)).expect("made");
    file.set_len((256 << 20) + 1).expect("a file with a hole");
    let error = Mnist::new(folder.path(), true).expect_err("too large").to_string();
    assert!(error.contains("it holds more than 256 MiB"), "{error}");
}

/// Reads mutated files, packed ones too: each is read or refused in one line.
fn read_mutated(count: usize, seed: u64) {
    let folder = folder(&PICTURES, &DIGITS);
    let valid =
        [(IMAGES, PICTURES.to_vec()), (IMAGES, gzip(&PICTURES)), (LABELS, DIGITS.to_vec()), (LABELS, gzip(&DIGITS))];
    for number in 0..count {
        let rng = &mut rng(seed, 0, number);
        let (name, mut bytes) = valid[number % 4].clone();
        for _ in 0..rng.random_range(1..=4) {
            let at = rng.random_range(0..bytes.len().max(1));
            match rng.random_range(0..4) {
                _ if bytes.is_empty() => {}
                0 => bytes[at] ^= 1 << rng.random_range(0..8),
                1 => bytes[at] = [0, 1, 3, 8, 0x7F, 0xFF][rng.random_range(0..6)],
                2 => bytes.truncate(at),
                _ => bytes.extend_from_within(at..),
            }
        }
        fs::write(folder.path().join(IMAGES), PICTURES).expect("written");
        fs::write(folder.path().join(LABELS), DIGITS).expect("written");
        fs::write(folder.path().join(name), &bytes).expect("written");
        let start = Instant::now();
        let read = || match Mnist::new(folder.path(), true) {
            Ok(mnist) => {
                assert_eq!(mnist.data.dim().0, mnist.targets.len());
                let _ = (mnist.get(0), mnist.digits(3, 8));
            }
            Err(error) => assert!(error.to_string().lines().count() == 1, "{error}"),
        };
        assert!(catch_unwind(AssertUnwindSafe(read)).is_ok(), "input {number} fails: {bytes:02x?}");
        assert!(start.elapsed() < Duration::from_secs(2), "input {number} takes {:?}", start.elapsed());
    }
}

#[test]
fn mutated_files_are_read_or_refused() {
    read_mutated(400, 0);
}

/// The same for as long as you like: `LRLIB_INPUTS=1000000 cargo test --release --test mnist -- --ignored`.
#[test]
#[ignore = "it takes minutes"]
fn many_mutated_files_are_read_or_refused() {
    let count = std::env::var("LRLIB_INPUTS").ok().and_then(|count| count.parse().ok());
    read_mutated(count.unwrap_or(1_000_000), 1);
}
