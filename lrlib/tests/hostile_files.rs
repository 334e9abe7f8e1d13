//! Files made to harm: none makes the library panic, hang or fill the memory, and each error is one line.

use std::{
    fs,
    io::Cursor,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    process::Command,
    time::{Duration, Instant},
};

use image::{DynamicImage, ImageBuffer, ImageFormat, RgbImage};
use libjpeg_turbo_rs::{Encoder, PixelFormat, Subsampling};
use lrlib::{
    datasets::{ImageFolder, rng},
    nn::LogisticRegression,
    transforms::{CenterCrop, Resize, Transform},
};
use ndarray_rand::rand::{Rng, rngs::StdRng};
use tempfile::{TempDir, tempdir};

/// One picture in a folder, and its file, to be written over and over.
struct Place {
    _root: TempDir,
    data: ImageFolder,
    file: PathBuf,
    model: PathBuf,
}

impl Place {
    fn new() -> Self {
        let root = tempdir().expect("a folder");
        for class in ["ants", "bees"] {
            fs::create_dir(root.path().join(class)).expect("made");
            fs::write(root.path().join(class).join("a.jpg"), "").expect("written");
        }
        let data = ImageFolder::new(root.path()).expect("two classes");
        let (file, model) = (data.samples()[0].path.clone(), root.path().join("a.safetensors"));
        Self { _root: root, data, file, model }
    }

    /// Reads these bytes as a picture: its width and height, or the line of its error.
    fn read(&self, bytes: &[u8]) -> Result<(u32, u32), String> {
        fs::write(&self.file, bytes).expect("written");
        let answer = self.data.get(0).map(|(image, _)| image.dimensions()).map_err(|error| error.to_string());
        match &answer {
            Ok((width, height)) => assert!((1..=16384).contains(width) && (1..=16384).contains(height)),
            Err(line) => assert!(line.lines().count() == 1 && line.contains("a.jpg"), "{line}"),
        }
        answer
    }

    /// Reads these bytes as a model.
    fn load(&self, bytes: &[u8]) {
        fs::write(&self.model, bytes).expect("written");
        if let Err(error) = LogisticRegression::new(2).load(&self.model) {
            let line = error.to_string();
            assert!(line.lines().count() == 1 && line.contains("a.safetensors"), "{line}");
        }
    }
}

/// A picture of one colour, in a few hundred bytes whatever its size.
#[derive(Clone, Copy)]
enum Kind {
    /// A PNG of this colour type with 16 bits a colour.
    DeepPng(u8),
    /// A BMP whose run-length code ends at once.
    Bmp,
    /// A JPEG of this kind, the second byte of its frame's marker, with so many scans.
    Jpeg(u8, usize),
}

const PROGRESSIVE: u8 = 0xC2;
const ARITHMETIC: u8 = 0xC9;
const ARITHMETIC_PROGRESSIVE: u8 = 0xCA;

/// Returns a file of this kind and size; that of a PNG lacks the pixels.
fn file(kind: Kind, width: u16, height: u16) -> Vec<u8> {
    let [w, h] = [width, height].map(u32::from);
    match kind {
        Kind::DeepPng(color) => {
            let header = [&w.to_be_bytes()[..], &h.to_be_bytes(), &[16, color, 0, 0, 0]].concat();
            [b"\x89PNG\r\n\x1a\n", &chunk(*b"IHDR", &header)[..], &chunk(*b"IDAT", &[]), &chunk(*b"IEND", &[])].concat()
        }
        Kind::Bmp => {
            let sizes = [1080, 0, 1078, 40, w, h, 0x0008_0001, 1, 2, 0, 0, 256, 0];
            let header = sizes.map(u32::to_le_bytes).concat();
            [b"BM", &header[..], &[0; 1024], &[0, 1]].concat()
        }
        Kind::Jpeg(frame, scans) => {
            let [w, h] = [width, height].map(u16::to_be_bytes);
            let segment =
                |marker, body: &[u8]| [&[0xFF, marker], &(body.len() as u16 + 2).to_be_bytes()[..], body].concat();
            let mut bytes = [&[0xFF, 0xD8][..], &segment(0xDB, &[&[0][..], &[1; 64]].concat())].concat();
            bytes.extend(segment(
                frame,
                &[&[8, h[0], h[1], w[0], w[1], 3], &[1, 17, 0, 2, 17, 0, 3, 17, 0][..]].concat(),
            ));
            // The codes of one bit: no difference, and the end of 2^14 blocks.
            for (table, symbol) in [(0x00, 0x00), (0x10, 0xE0)] {
                bytes.extend(segment(0xC4, &[&[table, 1][..], &[0; 15], &[symbol]].concat()));
            }
            let blocks = usize::from(width.div_ceil(8)) * usize::from(height.div_ceil(8));
            for scan in 0..scans {
                let body: &[u8] = match (frame, scan) {
                    (ARITHMETIC, _) => &[3, 1, 0, 2, 0, 3, 0, 0, 63, 0],
                    (_, 0) => &[3, 1, 0, 2, 0, 3, 0, 0, 0, 0],
                    _ => &[1, 1, 0, 1, 63, 0],
                };
                bytes.extend(segment(0xDA, body));
                let bits = match (frame, scan) {
                    (PROGRESSIVE, 0) => 3 * blocks,
                    (PROGRESSIVE, _) => 15 * blocks.div_ceil(1 << 14),
                    _ => 16,
                };
                bytes.resize(bytes.len() + bits.div_ceil(8), 0);
            }
            [&bytes[..], &[0xFF, 0xD9]].concat()
        }
    }
}

fn chunk(name: [u8; 4], body: &[u8]) -> Vec<u8> {
    let named = [&name, body].concat();
    [&(body.len() as u32).to_be_bytes(), &named[..], &crc32fast::hash(&named).to_be_bytes()].concat()
}

#[test]
fn what_costs_too_much_is_refused_before_it_is_decoded() {
    let place = Place::new();
    let memory = "more than 768 MiB";
    for (kind, side, words) in [
        (Kind::DeepPng(0), 12_800, memory),
        (Kind::DeepPng(2), 9_600, memory),
        (Kind::DeepPng(6), 8_700, memory),
        (Kind::Bmp, 11_700, memory),
        (Kind::Bmp, 16_385, "more than 16384 pixels on a side"),
        (Kind::Jpeg(PROGRESSIVE, 1), 8_300, memory),
        (Kind::Jpeg(PROGRESSIVE, 101), 8, "exceeds limit 100"),
        (Kind::Jpeg(ARITHMETIC, 1), 8, "arithmetic coding"),
        (Kind::Jpeg(ARITHMETIC_PROGRESSIVE, 90), 8_000, "arithmetic coding"),
    ] {
        let start = Instant::now();
        let error = place.read(&file(kind, side, side)).expect_err("it is too large");
        assert!(error.contains(words), "{side} pixels: {error}");
        assert!(start.elapsed() < Duration::from_secs(1));
    }
    let error = place.read(b"P5\n0 2\n255\n").expect_err("nothing is in it");
    assert!(error.contains("the picture has no pixels"), "{error}");
}

#[test]
fn a_decoder_that_panics_is_an_error() {
    let header = [0, 0, 0, 1, 0, 0, 0, 1, 8, 3, 0, 0, 0];
    // One line of one pixel, as zlib stores it.
    let pixels = [0x78, 0x01, 0x01, 2, 0, 0xFD, 0xFF, 0, 0, 0, 2, 0, 1];
    let png = |palette: &[u8]| {
        let chunks =
            [chunk(*b"IHDR", &header), chunk(*b"PLTE", palette), chunk(*b"IDAT", &pixels), chunk(*b"IEND", &[])];
        [b"\x89PNG\r\n\x1a\n", &chunks.concat()[..]].concat()
    };
    let place = Place::new();
    assert_eq!(place.read(&png(&[255, 0, 0])), Ok((1, 1)));
    let error = place.read(&png(&[255, 0, 0, 255, 0])).expect_err("part of a color");
    assert!(error.contains("the decoder panicked; fetch it again"), "{error}");
}

/// The largest file of each kind takes the whole budget; one with a sixteenth of the pixels must keep to a sixteenth.
#[test]
#[cfg(target_os = "linux")]
fn what_is_decoded_keeps_to_memory_and_time() {
    const SHARE: f64 = (768 << 20) as f64 / 16.0;
    let folder = tempdir().expect("a folder");
    let side = |bytes_per_pixel: f64| (SHARE / bytes_per_pixel).sqrt() as u16;
    let deep = |of: fn(u32, u32) -> DynamicImage, bytes: f64| {
        encode(&of(side(bytes).into(), side(bytes).into()), ImageFormat::Png)
    };
    let photograph = |progressive, bytes: f64| {
        let side = u32::from(side(bytes));
        let picture = RgbImage::from_fn(side, side, |x, y| [(x * y / 99) as u8, (x ^ y) as u8, (x + y) as u8].into());
        let encoder = Encoder::new(&picture, side as usize, side as usize, PixelFormat::Rgb);
        encoder.progressive(progressive).subsampling(Subsampling::S444).encode().expect("encoded")
    };
    let files = [
        ("grey", deep(DynamicImage::new_luma16, 5.0)),
        ("color", deep(DynamicImage::new_rgb16, 9.0)),
        ("veiled", deep(DynamicImage::new_rgba16, 11.0)),
        ("bmp", file(Kind::Bmp, side(6.0), side(6.0))),
        ("photograph", photograph(false, 6.1)),
        ("progressive photograph", photograph(true, 12.1)),
        ("progressive", file(Kind::Jpeg(PROGRESSIVE, 100), side(12.1), side(12.1))),
    ];
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::write(&path, &bytes).expect("written");
        let start = Instant::now();
        // A process of its own has a peak of its own.
        let mut child = Command::new(std::env::current_exe().expect("this test"));
        child.args(["--exact", "peak_of_one_file", "--ignored", "--nocapture"]).env("LRLIB_FILE", &path);
        let output = String::from_utf8(child.output().expect("run").stdout).expect("text");
        let (_, peak) = output.split_once("VmHWM:").unwrap_or_else(|| panic!("{name}: {output}"));
        let peak = peak.split_whitespace().next().and_then(|peak| peak.parse::<f64>().ok()).expect("kB") * 1024.0;
        // The program and the file take less than 12 MiB.
        assert!(peak < SHARE + f64::from(12 << 20), "{name} takes {peak} bytes");
        assert!(start.elapsed() < Duration::from_secs(5), "{name} takes {:?}", start.elapsed());
    }
}

#[test]
#[ignore = "what_is_decoded_keeps_to_memory_and_time runs it"]
fn peak_of_one_file() {
    let Some(path) = std::env::var_os("LRLIB_FILE") else { return };
    let place = Place::new();
    fs::copy(path, &place.file).expect("copied");
    let image = place.data.get(0).expect("decoded").0;
    assert_eq!(CenterCrop(224).apply(Resize(224).apply(image)).dimensions(), (224, 224));
    println!("{}", fs::read_to_string("/proc/self/status").expect("read"));
}

fn encode(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).expect("encoded");
    bytes.into_inner()
}

/// Returns small valid files of every kind.
fn valid() -> Vec<Vec<u8>> {
    let picture = RgbImage::from_fn(19, 11, |x, y| [(x * 13) as u8, (y * 23) as u8, (x * y) as u8].into());
    let color = DynamicImage::from(picture.clone());
    let deep = DynamicImage::from(ImageBuffer::from_pixel(5, 4, image::Luma([700_u16])));
    let jpeg = || Encoder::new(picture.as_raw(), 19, 11, PixelFormat::Rgb);
    vec![
        encode(&color, ImageFormat::Png),
        encode(&deep, ImageFormat::Png),
        include_bytes!("pictures/palette.png").to_vec(),
        encode(&color, ImageFormat::Bmp),
        encode(&color, ImageFormat::Pnm),
        include_bytes!("pictures/lossy.webp").to_vec(),
        include_bytes!("pictures/lossless.webp").to_vec(),
        include_bytes!("pictures/animated.webp").to_vec(),
        b"P2\n# grey\n3 2\n9\n1 2 3 4 5 6\n".to_vec(),
        jpeg().encode().expect("encoded"),
        jpeg().progressive(true).encode().expect("encoded"),
        include_bytes!("pictures/cmyk_halved.jpg").to_vec(),
        file(Kind::Bmp, 9, 9),
        file(Kind::Jpeg(PROGRESSIVE, 3), 9, 9),
    ]
}

/// Returns this file with a few bytes changed, removed or repeated.
fn mutated(mut bytes: Vec<u8>, rng: &mut StdRng) -> Vec<u8> {
    for _ in 0..rng.random_range(1..=4) {
        let at = rng.random_range(0..bytes.len().max(1));
        let end = (at + rng.random_range(1..=8)).min(bytes.len());
        match rng.random_range(0..6) {
            _ if bytes.is_empty() => {}
            0 => bytes[at] ^= 1 << rng.random_range(0..8),
            1 => bytes[at] = rng.random(),
            2 => bytes[at..end].fill([0, 0x7F, 0x80, 0xFF][rng.random_range(0..4)]),
            3 => drop(bytes.drain(at..end)),
            4 => bytes.extend_from_within(at..end),
            _ => bytes.truncate(at.max(8)),
        }
    }
    if bytes.starts_with(b"\x89PNG") && rng.random() { signed(&bytes) } else { bytes }
}

/// Returns a PNG whose checksums fit, so that the decoder looks behind them.
fn signed(bytes: &[u8]) -> Vec<u8> {
    let (start, mut rest) = bytes.split_at(bytes.len().min(8));
    let mut png = start.to_vec();
    while let Some((size, after)) = rest.split_first_chunk().map(|(size, after)| (u32::from_be_bytes(*size), after))
        && let Some((name, after)) = after.split_first_chunk()
        && let Some((body, after)) = after.split_at_checked(size as usize)
    {
        png.extend(chunk(*name, body));
        rest = after.get(4..).unwrap_or(&[]);
    }
    png
}

/// Reads `count` mutated files, every eighth as a model.
fn read_mutated(count: usize, seed: u64) {
    let (place, pictures) = (Place::new(), valid());
    for picture in &pictures {
        place.read(picture).expect("a valid file");
    }
    LogisticRegression::new(2).save(&place.model).expect("saved");
    let model = fs::read(&place.model).expect("read");
    for number in 0..count {
        let (rng, start) = (&mut rng(seed, 0, number), Instant::now());
        let read = || match number % 8 {
            0 => place.load(&mutated(model.clone(), rng)),
            _ => drop(place.read(&mutated(pictures[rng.random_range(0..pictures.len())].clone(), rng))),
        };
        assert!(catch_unwind(AssertUnwindSafe(read)).is_ok(), "input {number} fails");
        assert!(start.elapsed() < Duration::from_secs(10), "input {number} takes {:?}", start.elapsed());
    }
}

#[test]
fn mutated_files_are_read_or_refused() {
    read_mutated(800, 0);
}

/// The same for as long as you like: `LRLIB_INPUTS=1000000 cargo test --release --test hostile_files -- --ignored`.
#[test]
#[ignore = "it takes minutes"]
fn many_mutated_files_are_read_or_refused() {
    let count = std::env::var("LRLIB_INPUTS").ok().and_then(|count| count.parse().ok());
    read_mutated(count.unwrap_or(1_000_000), 1);
}
