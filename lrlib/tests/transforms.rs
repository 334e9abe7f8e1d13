//! Transforms against torchvision's, value by value (`lrlib/tests/reference.py`), and counted by hand.

#![expect(clippy::float_cmp, reason = "pixel values and halves are exact")]

use std::sync::Arc;

use image::{Rgb, RgbImage};
use lrlib::{
    datasets::rng,
    transforms::{CenterCrop, Compose, Normalize, RandomHorizontalFlip, Resize, Transform, to_image, to_tensor},
};
use ndarray::{Array1, array};

/// `picture` in `lrlib/tests/reference.py`.
fn picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        Rgb([0, 1, 2].map(|c| ((x * x * 3 + y * 29 + c * 83 + (x / 5 + y / 3) % 2 * 127) % 256) as u8))
    })
}

#[test]
fn one_pipeline_holds_all_steps_and_can_be_shared() {
    // Compose([Resize(2), CenterCrop(2), ToTensor(), Normalize([0.2] * 3, [0.4] * 3)]) of a grey picture of 0.6 · 255
    let grey = RgbImage::from_pixel(4, 2, Rgb([153; 3]));
    let transform =
        Compose::new().then(Resize(2)).then(CenterCrop(2)).then(Normalize::new([0.2; 3], [0.4; 3]).expect("in range"));
    let normalized = |transform: &dyn Transform| {
        let image = transform.apply(grey.clone());
        let mut row = vec![0.0; image.len()];
        to_tensor(&image, &mut row);
        transform.apply_tensor(&mut row);
        row
    };
    let expected = vec![1.0_f32; 12];
    let is_close = |row: Vec<f32>| row.len() == 12 && row.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-6);
    let shared: Arc<dyn Transform> = Arc::new(transform.clone());
    let boxed: Box<dyn Transform> = Box::new(&CenterCrop(2));
    assert!(is_close(normalized(&transform)) && is_close(normalized(&&transform)) && is_close(normalized(&shared)));
    assert_eq!(Compose::new().then(shared).then(Resize(1)).apply(grey.clone()).dimensions(), (1, 1));
    assert_eq!(boxed.apply(grey.clone()).dimensions(), (2, 2));
}

#[test]
fn a_flip_is_drawn_for_every_sample_and_epoch_and_repeats() {
    let picture = RgbImage::from_fn(2, 1, |x, _| Rgb([x as u8; 3]));
    let flips = |seed, epoch| -> Vec<bool> {
        let flipped = |sample| {
            let flipped = RandomHorizontalFlip(0.5).apply_random(picture.clone(), &mut rng(seed, epoch, sample));
            flipped.get_pixel(0, 0).0[0] == 1
        };
        (0..400).map(flipped).collect()
    };
    let count = flips(0, 0).iter().filter(|flipped| **flipped).count();
    assert!((140..=260).contains(&count), "six deviations around 200: {count}");
    assert_eq!(flips(0, 0), flips(0, 0));
    assert_ne!(flips(0, 0), flips(0, 1));
    assert_ne!(flips(0, 1), flips(1, 0));
    assert_eq!(RandomHorizontalFlip(1.0).apply(picture.clone()), picture, "val is not flipped");
}

#[test]
fn resize_and_crop_are_as_torchvisions() {
    // np.asarray(Compose([Resize(size), CenterCrop(size)])(picture(width, height))).ravel(), Pillow 13.0
    let cases: [(u32, u32, u32, &[u8]); 3] = [
        (
            23,
            17,
            4,
            &[
                94, 109, 181, 102, 123, 152, 115, 151, 119, 129, 128, 129, 156, 78, 137, 142, 104, 137, 116, 130, 133,
                130, 123, 128, 161, 125, 88, 153, 123, 109, 133, 112, 140, 128, 129, 125, 120, 166, 102, 127, 153, 104,
                138, 128, 117, 133, 128, 124,
            ],
        ),
        (
            9,
            31,
            3,
            &[
                123, 179, 83, 133, 157, 97, 131, 163, 97, 80, 161, 134, 109, 156, 126, 107, 145, 134, 90, 121, 182,
                104, 133, 157, 106, 127, 165,
            ],
        ),
        (
            3,
            2,
            4,
            &[
                1, 84, 167, 2, 85, 168, 5, 88, 171, 10, 93, 176, 8, 91, 174, 9, 92, 175, 12, 95, 178, 17, 100, 183, 23,
                106, 189, 24, 107, 190, 27, 110, 193, 32, 115, 198, 30, 113, 196, 31, 114, 197, 34, 117, 200, 39, 122,
                205,
            ],
        ),
    ];
    for (width, height, size, expected) in cases {
        let transform = Compose::new().then(Resize(size)).then(CenterCrop(size));
        let values = transform.apply(picture(width, height)).into_raw();
        let furthest = values.iter().zip(expected).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(values.len() == expected.len() && furthest <= Some(1), "{width} × {height}: off by {furthest:?}");
    }
}

#[test]
fn the_short_side_fits_and_the_long_one_is_cut_down() {
    for ((width, height), expected) in
        [((500, 375), (298, 224)), ((375, 500), (224, 298)), ((1, 1), (224, 224)), ((224, 999), (224, 999))]
    {
        assert_eq!(Resize(224).apply(RgbImage::new(width, height)).dimensions(), expected);
    }
}

#[test]
fn only_the_middle_of_a_narrow_picture_is_scaled() {
    // Of 16384 lines, 16384 / 224 = 73.1 are in the result: 36.6 above the middle and as many below it.
    let line = |y: u32| Rgb([if y < 8192 { 0 } else { 255 }, if (8150..8234).contains(&y) { 9 } else { 0 }, 7]);
    for turned in [false, true] {
        let narrow = RgbImage::from_fn(1, 16384, |_, y| line(y));
        let narrow = if turned { image::imageops::rotate270(&narrow) } else { narrow };
        let mut scaled = Resize(224).apply(narrow);
        if turned {
            scaled = image::imageops::rotate90(&scaled);
        }
        assert_eq!(scaled.dimensions(), (224, 16384));
        for (y, expected) in [(0, [0, 9, 7]), (8000, [0, 9, 7]), (8384, [255, 9, 7]), (16383, [255, 9, 7])] {
            assert_eq!(scaled.get_pixel(100, y).0, expected, "line {y}");
        }
    }
}

#[test]
fn huge_sizes_are_taken_as_the_largest() {
    assert_eq!(Resize(u32::MAX).apply(RgbImage::new(1, 3)).dimensions(), (4096, 8192));
    assert_eq!(CenterCrop(u32::MAX).apply(RgbImage::new(3, 2)).dimensions(), (4096, 4096));
}

#[test]
fn a_crop_begins_at_the_even_half() {
    // round((side - 2) / 2) in Python: 3 → round(0.5) = 0, 5 → round(1.5) = 2, 6 → 2
    for (side, first) in [(2, 0), (3, 0), (5, 2), (6, 2), (7, 2)] {
        let numbered = RgbImage::from_fn(side, 2, |x, _| Rgb([x as u8; 3]));
        assert_eq!(CenterCrop(2).apply(numbered).get_pixel(0, 0).0[0], first);
    }
}

#[test]
fn a_smaller_picture_gets_a_black_frame() {
    // torchvision pads (4 - 1) // 2 = 1 pixel on the left and the top, the rest on the other side.
    let framed = CenterCrop(4).apply(RgbImage::from_pixel(1, 1, Rgb([255; 3])));
    let white: Vec<_> = framed.enumerate_pixels().filter(|(_, _, p)| p.0[0] == 255).map(|(x, y, _)| (x, y)).collect();
    assert_eq!(white, [(1, 1)]);
}

#[test]
fn a_tensor_is_channel_by_channel_and_back() {
    let image = RgbImage::from_raw(2, 1, vec![255, 0, 51, 0, 102, 255]).expect("two pixels");
    let mut row = [0.0; 6];
    to_tensor(&image, &mut row);
    assert_eq!(row, [1.0, 0.0, 0.0, 0.4, 0.2, 1.0]);
    assert_eq!(to_image(&Array1::from(row.to_vec()), 1, 2), image);
}

#[test]
fn normalize_shifts_and_scales_each_channel() {
    let mut x = array![[0.5, 0.5, 0.0, 1.0, 0.25, 0.75]];
    Normalize::new([0.5, 0.0, 0.25], [1.0, 2.0, 0.5]).expect("in range").apply_batch(&mut x);
    assert_eq!(x, array![[0.0, 0.0, 0.0, 0.5, 0.0, 1.0]]);
    assert!(Normalize::new([0.0; 3], [1.0, 0.0, 1.0]).is_err());
}
