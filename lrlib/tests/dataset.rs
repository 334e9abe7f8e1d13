//! Folders of pictures: torchvision's order, Pillow's colours, and an error in one line for everything else.

use std::{
    fs,
    io::Cursor,
    path::{Path, PathBuf},
};

use image::{DynamicImage, ImageBuffer, ImageFormat, Luma, RgbImage};
use libjpeg_turbo_rs::{Encoder, PixelFormat, Subsampling};
use lrlib::{
    datasets::ImageFolder,
    transforms::{CenterCrop, Compose, Resize},
};
use tempfile::{TempDir, tempdir};

/// A folder with these files; a name that ends in `.txt` gets text, any other a small PNG.
fn folder(files: &[&str]) -> TempDir {
    let root = tempdir().expect("a folder");
    for file in files {
        let content = if Path::new(file).extension() == Some("txt".as_ref()) {
            b"text".to_vec()
        } else {
            png(RgbImage::new(3, 2))
        };
        put(root.path(), file, &content);
    }
    root
}

fn put(root: &Path, file: impl AsRef<Path>, content: &[u8]) -> PathBuf {
    let path = root.join(file);
    fs::create_dir_all(path.parent().expect("a parent")).expect("made");
    fs::write(&path, content).expect("written");
    path
}

fn encode(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.into().write_to(&mut bytes, format).expect("encoded");
    bytes.into_inner()
}

fn png(image: impl Into<DynamicImage>) -> Vec<u8> {
    encode(image, ImageFormat::Png)
}

fn transform() -> Compose {
    Compose::new().then(Resize(8)).then(CenterCrop(8))
}

/// Loads a folder of two classes in which `name` has this content: the one line of its error.
#[track_caller]
fn refusal(name: &str, content: &[u8]) -> String {
    let root = folder(&["ants/a.png", "bees/a.png"]);
    put(root.path(), format!("bees/{name}"), content);
    let error = ImageFolder::new(root.path()).expect("two classes").load(&transform()).expect_err(name).to_string();
    assert!(error.contains(name) && error.lines().count() == 1, "{error}");
    error
}

/// What a picture of these bytes decodes to.
fn pixels_of(name: &str, content: &[u8]) -> Vec<u8> {
    let root = folder(&["ants/a.png"]);
    put(root.path(), format!("bees/{name}"), content);
    ImageFolder::new(root.path()).expect("two classes").get(1).expect("decoded").0.into_raw()
}

#[test]
fn samples_come_in_torchvisions_order() {
    let files = [
        "bees/b.JPG",
        "bees/a/z.png",
        "bees/a-b/c.webp",
        "bees/B.png",
        "ants/x.PnG",
        "ants/.png",
        "bees/note.txt",
        "ants/y.gif",
        "README.txt",
    ];
    let root = folder(&files);
    let data = ImageFolder::new(root.path()).expect("two classes");
    let paths: Vec<_> =
        data.samples().iter().map(|s| (s.path.strip_prefix(root.path()).expect("inside"), s.label)).collect();
    // As sorted(os.walk(...)): folder by folder, and in each file by file, capitals first.
    let expected = [
        ("ants/.png", 0),
        ("ants/x.PnG", 0),
        ("bees/B.png", 1),
        ("bees/b.JPG", 1),
        ("bees/a/z.png", 1),
        ("bees/a-b/c.webp", 1),
    ];
    assert_eq!(paths, expected.map(|(path, label)| (Path::new(path), label)));
    assert_eq!((data.classes(), data.counts(), data.len()), (&["ants".into(), "bees".into()], [2, 4], 6));
}

#[test]
fn load_fills_rows_in_order() {
    let root = folder(&["ants/0.png"]);
    for i in 1..20_u8 {
        put(root.path(), format!("bees/{i:02}.png"), &png(RgbImage::from_pixel(9, 8, [51 * (i % 6), 0, 255].into())));
    }
    let batch = ImageFolder::new(root.path()).expect("two classes").load(&transform()).expect("loaded");
    assert_eq!((batch.x.dim(), batch.y.sum() as usize, batch.paths.len()), ((20, 192), 19, 20));
    for i in 1..20 {
        assert_eq!(batch.x[[i, 0]].to_bits(), (f32::from(51 * (i as u8 % 6)) / 255.0).to_bits());
        assert!(batch.paths[i].ends_with(format!("bees/{i:02}.png")));
    }
    assert_eq!(batch.x[[1, 191]].to_bits(), 1.0_f32.to_bits(), "blue comes last");
}

#[test]
fn every_kind_of_picture_becomes_rgb_as_in_pillow() {
    // np.asarray(Image.open(file).convert("RGB")), Pillow 13.0, on the same pixel values.
    let grey = ImageBuffer::from_raw(2, 1, vec![7_u8, 200]).expect("two pixels");
    assert_eq!(pixels_of("grey.png", &png(DynamicImage::ImageLuma8(grey))), [7, 7, 7, 200, 200, 200]);
    let alpha = ImageBuffer::from_raw(1, 1, vec![10_u8, 20, 30, 0]).expect("a pixel");
    assert_eq!(pixels_of("alpha.png", &png(DynamicImage::ImageRgba8(alpha))), [10, 20, 30]);
    let deep_grey = ImageBuffer::from_raw(4, 1, vec![0_u16, 100, 256, 65535]).expect("four pixels");
    let expected = [0, 0, 0, 100, 100, 100, 255, 255, 255, 255, 255, 255];
    assert_eq!(pixels_of("grey16.png", &png(DynamicImage::ImageLuma16(deep_grey))), expected);
    let deep = ImageBuffer::from_raw(2, 1, vec![0x1234_u16, 0x80ff, 0xffff, 255, 256, 128]).expect("two pixels");
    assert_eq!(pixels_of("rgb16.png", &png(DynamicImage::ImageRgb16(deep))), [18, 128, 255, 0, 1, 0]);
    let veiled_grey = ImageBuffer::from_raw(2, 1, vec![0x1234_u16, 0x8000, 0x80ff, 0]).expect("two pixels");
    assert_eq!(pixels_of("greya16.png", &png(DynamicImage::ImageLumaA16(veiled_grey))), [18, 18, 18, 128, 128, 128]);
    let veiled = ImageBuffer::from_raw(1, 1, vec![0x1234_u16, 0x8000, 0x80ff, 0]).expect("a pixel");
    assert_eq!(pixels_of("rgba16.png", &png(DynamicImage::ImageRgba16(veiled))), [18, 128, 128]);
    // Image.frombytes("CMYK", (2, 2), bytes([0, 128, 255, 64] * 4)).save("cmyk.jpg"): convert("RGB") gives (191, 95, 0).
    assert_eq!(pixels_of("cmyk.jpg", include_bytes!("pictures/cmyk.jpg")), [191, 95, 0].repeat(4));
    // The same, 17 × 9 with subsampling="4:2:0".
    let halved = pixels_of("halved.jpg", include_bytes!("pictures/cmyk_halved.jpg"));
    assert_eq!(halved, [191, 95, 0].repeat(17 * 9));
    // Image.fromarray([[[(53 * x + 29 * y + 83 * c) % 256 for c in range(3)] for x in range(5)] for y in range(3)]), saved with
    // lossless=True; "veiled" has an alpha of 77, "animated" a second frame.
    let pattern = RgbImage::from_fn(5, 3, |x, y| [0, 1, 2].map(|c| ((53 * x + 29 * y + 83 * c) % 256) as u8).into());
    for webp in [
        &include_bytes!("pictures/lossless.webp")[..],
        include_bytes!("pictures/veiled.webp"),
        include_bytes!("pictures/animated.webp"),
    ] {
        assert_eq!(pixels_of("a.webp", webp), *pattern);
    }
    // A photograph-like pattern of 64 × 48 pixels, saved with quality=80.
    let lossy = pixels_of("lossy.webp", include_bytes!("pictures/lossy.webp"));
    let pixel = |x: usize, y: usize| &lossy[3 * (64 * y + x)..][..3];
    assert_eq!([pixel(0, 0), pixel(30, 20), pixel(63, 47)], [[190, 188, 189], [68, 94, 115], [147, 175, 154]]);
    // Image.new("P") with the palette (255, 0, 0), (0, 0, 255), the second one transparent.
    assert_eq!(pixels_of("palette.png", include_bytes!("pictures/palette.png")), [255, 0, 0, 0, 0, 255]);
}

#[test]
fn a_jpeg_has_the_pixel_values_that_pillow_reads() {
    // np.asarray(Image.open("pattern.jpg")).ravel(), a file and a Pillow as in lrlib/tests/reference.py
    let expected = [
        14, 61, 133, 46, 85, 162, 48, 75, 162, 87, 94, 185, 114, 89, 183, 105, 62, 151, 142, 96, 171, 83, 123, 193, 52,
        90, 163, 80, 111, 193, 99, 114, 199, 163, 149, 236, 127, 94, 175, 103, 62, 132, 77, 107, 171, 99, 130, 195,
        105, 142, 212, 113, 141, 214, 122, 128, 202, 82, 69, 138, 112, 83, 141, 115, 89, 160, 120, 104, 175, 91, 95,
        168, 126, 133, 205, 94, 82, 154, 209, 178, 245, 105, 50, 108, 203, 80, 171, 205, 101, 190, 182, 114, 199, 95,
        42, 124, 127, 64, 143, 121, 37, 114, 202, 82, 154,
    ];
    assert_eq!(pixels_of("pattern.jpg", include_bytes!("pictures/pattern.jpg")), expected);
    let grey = ImageBuffer::from_pixel(9, 7, Luma([128_u8]));
    assert_eq!(pixels_of("grey.jpg", &encode(grey, ImageFormat::Jpeg)), [128].repeat(9 * 7 * 3));
}

/// `image`'s decoder, which one line in `decode.rs` would use instead, computes with other roundings.
#[test]
fn two_decoders_read_a_jpeg_nearly_alike() {
    for (width, height, quality, progressive) in [(64, 48, 75, false), (97, 61, 90, true), (250, 187, 95, false)] {
        // Waves and a little noise, as in a photograph.
        let value = |x: u32, y: u32, c: u32| {
            let wave = (x as f32 / (7.0 + c as f32)).sin() * 60.0 + (y as f32 / 11.0).cos() * 50.0;
            (128.0 + wave) as u8 + ((x * 31 + y * 17 + c * 7) % 13) as u8
        };
        let picture = RgbImage::from_fn(width, height, |x, y| [0, 1, 2].map(|c| value(x, y, c)).into());
        for subsampling in [Subsampling::S444, Subsampling::S422, Subsampling::S420] {
            let encoder = Encoder::new(&picture, width as usize, height as usize, PixelFormat::Rgb);
            let encoder = encoder.quality(quality).subsampling(subsampling).progressive(progressive);
            let jpeg = encoder.encode().expect("encoded");
            let [ours, other] =
                [pixels_of("a.jpg", &jpeg), image::load_from_memory(&jpeg).expect("read").into_rgb8().into_raw()];
            let differences: Vec<_> = ours.iter().zip(&other).map(|(a, b)| u32::from(a.abs_diff(*b))).collect();
            let mean = differences.iter().sum::<u32>() as f32 / differences.len() as f32;
            // Measured: up to 3 and 0.21 here; on the photographs up to 4 and 0.18.
            assert!(
                differences.iter().all(|difference| *difference <= 4) && mean < 0.3,
                "{width} × {height}, {subsampling:?}"
            );
        }
    }
}

#[test]
fn the_content_tells_the_format() {
    assert_eq!(pixels_of("a_png.jpg", &png(RgbImage::from_pixel(1, 1, [1, 2, 3].into()))), [1, 2, 3]);
}

#[test]
fn tiny_and_narrow_pictures_work() {
    let root = folder(&["ants/a.png"]);
    put(root.path(), "bees/tiny.png", &png(RgbImage::new(1, 1)));
    put(root.path(), "bees/narrow.png", &png(RgbImage::new(1, 5000)));
    let transform = Compose::new().then(Resize(224)).then(CenterCrop(224));
    let batch = ImageFolder::new(root.path()).expect("two classes").load(&transform).expect("loaded");
    assert_eq!(batch.x.dim(), (3, 224 * 224 * 3));
}

#[test]
fn folders_that_are_no_data_set() {
    let cases: [(&[&str], &str); 5] = [
        (&["a.png"], "not 0 (none)"),
        (&["ants/a.png"], "not 1 (ants)"),
        (&["ants/a.png", "bees/a.png", "wasps/a.png"], "not 3 (ants, bees, wasps)"),
        (&["ants/a.png", "bees/a.txt"], "the class \"bees\" has no picture"),
        (&["ants/a.txt", "bees/a.png"], "the class \"ants\" has no picture"),
    ];
    for (files, problem) in cases {
        let root = folder(files);
        let error = ImageFolder::new(root.path()).expect_err(problem).to_string();
        assert!(error.contains(problem) && error.lines().count() == 1, "{error}");
        assert!(error.contains(&root.path().display().to_string()), "{error}");
    }
    let missing = ImageFolder::new("no/such/folder").expect_err("missing").to_string();
    assert!(missing.starts_with("cannot read no/such/folder: ") && missing.ends_with("check the path"), "{missing}");
}

#[test]
fn one_class_folder_against_all_others() {
    let root = folder(&["wasps/b.png", "ants/a.png", "bees/z.png", "ants/sub/c.png", "flies/empty.txt", "bees/y.png"]);
    let data = ImageFolder::one_against_rest(root.path(), "bees").expect("four folders");
    assert_eq!((data.classes(), data.counts()), (&["not bees".into(), "bees".into()], [3, 2]));
    let paths: Vec<_> = data.samples().iter().map(|s| s.path.strip_prefix(root.path()).expect("inside")).collect();
    assert_eq!(paths, ["ants/a.png", "ants/sub/c.png", "wasps/b.png", "bees/y.png", "bees/z.png"].map(Path::new));
    let labels: Vec<_> = data.samples().iter().map(|sample| sample.label).collect();
    assert_eq!(labels, [0, 0, 0, 1, 1]);
    // Class 1 is the folder that was named, also where it is the first of two.
    let root = folder(&["ants/a.png", "bees/a.png"]);
    let ants = ImageFolder::one_against_rest(root.path(), "ants").expect("two folders");
    assert_eq!(ants.classes(), &["not ants", "ants"]);
    assert!(ants.samples()[1].path.ends_with("ants/a.png"));
}

#[test]
fn classes_that_cannot_be_merged() {
    let cases: [(&[&str], &str); 4] = [
        (&["bees/a.png"], "two or more class folders are needed here, not 1 (bees)"),
        (
            &["ants/a.png", "wasps/a.png", "flies/a.png"],
            "no class folder here is named \"bees\"; choose one of ants, flies, wasps",
        ),
        (&["ants/a.png", "bees/a.txt", "wasps/a.png"], "the class \"bees\" has no picture"),
        (&["ants/a.txt", "bees/a.png", "wasps/a.txt"], "the class \"not bees\" has no picture"),
    ];
    for (files, problem) in cases {
        let root = folder(files);
        let error = ImageFolder::one_against_rest(root.path(), "bees").expect_err(problem).to_string();
        assert!(error.contains(problem) && error.lines().count() == 1, "{error}");
        assert!(error.starts_with(&root.path().display().to_string()), "{error}");
    }
}

#[test]
fn files_that_are_no_picture() {
    assert!(refusal("text.jpg", b"not a picture").contains("convert it to JPEG or PNG"));
    let empty = refusal("zero.png", b"");
    assert!(empty.contains("the file is empty; fetch it again"), "{empty}");
    let jpeg = encode(RgbImage::from_fn(640, 480, |x, y| [x as u8, y as u8, (x * y) as u8].into()), ImageFormat::Jpeg);
    for percent in [10, 50, 90, 99] {
        let cut = refusal("cut.jpg", &jpeg[..jpeg.len() * percent / 100]);
        assert!(cut.contains("fetch it again"), "{percent} %: {cut}");
    }
    let cmyk = include_bytes!("pictures/cmyk_halved.jpg");
    let cut = refusal("cmyk.jpg", &cmyk[..cmyk.len() - 10]);
    assert!(cut.contains("fetch it again"), "{cut}");
    let mut wide = include_bytes!("pictures/pattern.jpg").to_vec();
    let frame = wide.windows(2).position(|marker| marker == [0xFF, 0xC0]).expect("the frame's header");
    wide[frame + 5..frame + 9].copy_from_slice(&[0xEA, 0x60, 0xEA, 0x60]); // 60000 × 60000
    assert!(refusal("huge.jpg", &wide).contains("more than 16384 pixels"));
    let small = png(RgbImage::new(60, 60));
    assert!(refusal("cut.png", &small[..small.len() - 30]).contains("fetch it again"));
    let mut huge = encode(RgbImage::new(8, 8), ImageFormat::Bmp);
    huge[18..26].copy_from_slice(&[0x60, 0xea, 0, 0, 0x60, 0xea, 0, 0]); // 60000 × 60000
    assert!(refusal("huge.bmp", &huge).contains("more than 16384 pixels"));
    let lossy = include_bytes!("pictures/lossy.webp");
    assert!(refusal("cut.webp", &lossy[..lossy.len() - 60]).contains("fetch it again"));
    assert!(refusal("tiff.png", b"II*\0\x08\0\0\0\0\0").contains("convert it to JPEG or PNG"));
}

#[test]
fn sizes_that_differ_name_the_odd_one() {
    let root = folder(&["ants/a.png", "bees/a.png"]);
    put(root.path(), "bees/odd.png", &png(RgbImage::new(9, 9)));
    let error = ImageFolder::new(root.path()).expect("two classes").load(&Compose::new()).expect_err("odd").to_string();
    assert!(error.contains("odd.png: 9 × 9 pixels") && error.contains("CenterCrop"), "{error}");
}

#[cfg(unix)]
mod unix {
    use super::{ImageFolder, folder, png, put, transform};
    use image::RgbImage;
    use std::{ffi::OsStr, fs, os::unix::ffi::OsStrExt, os::unix::fs::symlink, path::Path, process::Command};

    #[test]
    fn a_name_that_is_not_utf_8_works_and_its_errors_are_readable() {
        let root = folder(&["ants/a.png", "bees/a.png"]);
        let name = OsStr::from_bytes(b"bees/\xff.png");
        put(root.path(), name, &png(RgbImage::new(3, 2)));
        let data = ImageFolder::new(root.path()).expect("two classes");
        assert_eq!(data.load(&transform()).expect("loaded").num_samples(), 3);
        put(root.path(), name, b"broken");
        let error = data.load(&transform()).expect_err("broken").to_string();
        assert!(error.contains("bees/\u{fffd}.png"), "{error}");
    }

    #[test]
    fn links_are_followed_but_not_in_circles() {
        let root = folder(&["ants/a.png", "bees/a.png"]);
        let elsewhere = folder(&["more/b.png"]);
        symlink(elsewhere.path(), root.path().join("bees/linked")).expect("linked");
        assert_eq!(ImageFolder::new(root.path()).expect("two classes").len(), 3);
        symlink(root.path().join("bees"), root.path().join("bees/loop")).expect("linked");
        let error = ImageFolder::new(root.path()).expect_err("a circle").to_string();
        assert!(error.contains("bees/loop") && error.contains("leads back"), "{error}");
    }

    /// 2^16 paths lead to the innermost folder.
    #[test]
    fn a_folder_is_visited_once() {
        let root = folder(&["ants/a.png", "bees/16/a.png"]);
        for level in 0..16 {
            let inner = root.path().join(format!("bees/{}", level + 1));
            for link in ["left", "right"] {
                let link = root.path().join(format!("bees/{level}/{link}"));
                fs::create_dir_all(link.parent().expect("a folder")).expect("made");
                symlink(&inner, link).expect("linked");
            }
        }
        assert_eq!(ImageFolder::new(root.path()).expect("two classes").len(), 2);
    }

    /// Reading a pipe, or a device of endless zeros, would never end.
    #[test]
    fn only_regular_files_are_pictures() {
        let root = folder(&["ants/a.png", "bees/a.png"]);
        let make_pipe = |path: &Path| assert!(Command::new("mkfifo").arg(path).status().expect("run").success());
        make_pipe(&root.path().join("bees/pipe.jpg"));
        symlink("/dev/zero", root.path().join("bees/zeros.jpg")).expect("linked");
        symlink("/dev/zero", root.path().join("bees/zeros")).expect("linked");
        symlink(root.path().join("bees/a.png"), root.path().join("bees/b.png")).expect("linked");
        let data = ImageFolder::new(root.path()).expect("two classes");
        assert_eq!(data.counts(), [1, 2]);
        assert_eq!(data.load(&transform()).expect("loaded").num_samples(), 3);

        fs::remove_file(root.path().join("ants/a.png")).expect("removed");
        make_pipe(&root.path().join("ants/a.png"));
        let error = data.load(&transform()).expect_err("a pipe").to_string();
        assert!(error.contains("ants/a.png: this is not a regular file"), "{error}");
    }

    #[test]
    fn a_file_of_a_gigabyte_is_refused_before_it_is_read() {
        let root = folder(&["ants/a.png", "bees/a.png"]);
        fs::File::create(root.path().join("ants/a.png")).expect("made").set_len(1 << 30).expect("grown");
        let error = ImageFolder::new(root.path()).expect("two classes").get(0).expect_err("too large").to_string();
        assert!(error.contains("more than 768 MiB"), "{error}");
    }

    #[test]
    fn a_link_to_nothing_is_an_error_if_it_is_named_like_a_picture() {
        let root = folder(&["ants/a.png", "bees/a.png"]);
        for name in ["gone.png", "gone"] {
            symlink(root.path().join("nothing"), root.path().join("bees").join(name)).expect("linked");
        }
        let data = ImageFolder::new(root.path()).expect("two classes");
        let error = data.load(&transform()).expect_err("a dangling link").to_string();
        assert!(error.contains("gone.png") && error.contains("check the path"), "{error}");
    }
}
