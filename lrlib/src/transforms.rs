//! From any picture to a row of numbers: `torchvision.transforms`, rounding included.

use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer, images};
use image::{Rgb, RgbImage};
use multiversion::multiversion;
use ndarray::{ArrayRef1, ArrayRef2, parallel::prelude::*};

use crate::{Error, Result};

/// One step from a picture to a picture. Implement it to make your own.
///
/// ```
/// use image::RgbImage;
/// use lrlib::Transform;
///
/// struct Negative;
///
/// impl Transform for Negative {
///     fn apply(&self, mut image: RgbImage) -> RgbImage {
///         image.iter_mut().for_each(|level| *level = 255 - *level);
///         image
///     }
/// }
/// assert_eq!(Negative.apply(RgbImage::new(1, 1)).as_raw(), &[255, 255, 255]);
/// ```
pub trait Transform: Sync {
    /// The changed picture.
    fn apply(&self, image: RgbImage) -> RgbImage;
}

/// Scales until the short side has this many pixels, keeping the aspect; the long one has `⌊size · long / short⌋`.
///
/// A triangle filter as wide as the scale asks (`antialias=True`), in integers shorter than Pillow's: on the photographs
/// one level of 255 away from it in every sixth, and two in one of 60 million (measured). 0 is taken for 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resize(pub u32);

impl Transform for Resize {
    fn apply(&self, image: RgbImage) -> RgbImage {
        let (width, height) = image.dimensions();
        let (short, long, target) = (width.min(height), width.max(height), self.0.max(1));
        if short == target || short == 0 {
            return image;
        }
        let scaled = (u64::from(target) * u64::from(long) / u64::from(short)) as u32;
        let (new_width, new_height) = if width <= height { (target, scaled) } else { (scaled, target) };
        let source = images::ImageRef::new(width, height, image.as_raw(), PixelType::U8x3);
        let mut resized = images::Image::new(new_width, new_height, PixelType::U8x3);
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
        let result = source
            .map_err(|e| e.to_string())
            .and_then(|source| Resizer::new().resize(&source, &mut resized, &options).map_err(|e| e.to_string()));
        debug_assert_eq!(result, Ok(()), "the buffers have the sizes just computed");
        RgbImage::from_raw(new_width, new_height, resized.into_vec()).unwrap_or(image)
    }
}

/// Cuts a square of this many pixels out of the middle; a smaller picture gets a black frame.
///
/// The offset is Python's `round((side − size) / 2)`, ties to even, as in torchvision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CenterCrop(pub u32);

impl Transform for CenterCrop {
    fn apply(&self, image: RgbImage) -> RgbImage {
        let (width, height) = image.dimensions();
        let (left, top) = (offset(width, self.0), offset(height, self.0));
        if width < self.0 || height < self.0 {
            let mut square = RgbImage::new(self.0, self.0);
            image::imageops::replace(&mut square, &image, -left, -top);
            return square;
        }
        // Nothing lies outside: the lines move to the front of the memory they are in.
        let (stride, line) = (3 * width as usize, 3 * self.0 as usize);
        let mut levels = image.into_raw();
        for y in 0..self.0 as usize {
            let start = (top as usize + y) * stride + 3 * left as usize;
            levels.copy_within(start..start + line, y * line);
        }
        levels.truncate(self.0 as usize * line);
        RgbImage::from_raw(self.0, self.0, levels).unwrap_or_default()
    }
}

/// Where a crop of `crop` begins on a side of `side` pixels; negative where a frame is needed.
fn offset(side: u32, crop: u32) -> i64 {
    let spare = i64::from(side) - i64::from(crop);
    let half = spare.div_euclid(2);
    if spare < 0 {
        -(-spare / 2)
    } else if spare % 2 == 1 && half % 2 == 1 {
        half + 1
    } else {
        half
    }
}

/// Transforms one after another.
///
/// ```
/// use lrlib::{CenterCrop, Compose, Resize};
/// let transform = Compose::new().then(Resize(224)).then(CenterCrop(224));
/// ```
#[derive(Default)]
pub struct Compose {
    steps: Vec<Box<dyn Transform + Send>>,
}

impl Compose {
    /// No step yet: the picture stays as it is.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, and then `step`.
    #[must_use]
    pub fn then(mut self, step: impl Transform + Send + 'static) -> Self {
        self.steps.push(Box::new(step));
        self
    }
}

impl Transform for Compose {
    fn apply(&self, image: RgbImage) -> RgbImage {
        self.steps.iter().fold(image, |image, step| step.apply(image))
    }
}

impl std::fmt::Debug for Compose {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Compose of {} transforms", self.steps.len())
    }
}

/// Writes the levels 0 … 255 as 0 … 1 into `row`: all of red, then green, then blue, each by lines, `(C, H, W)`.
///
/// # Panics
/// If `row` has not 3 · height · width places.
#[track_caller]
pub fn to_tensor(image: &RgbImage, row: &mut [f32]) {
    let size = image.as_raw().len() / 3;
    assert_eq!(row.len(), 3 * size, "the row holds {} numbers, the picture {}", row.len(), 3 * size);
    let (red, others) = row.split_at_mut(size);
    let (green, blue) = others.split_at_mut(size);
    split_channels(image.as_raw().as_chunks().0, red, green, blue);
}

#[multiversion(targets("x86_64+avx512f+avx512bw", "x86_64+avx2", "aarch64+neon"))]
fn split_channels(pixels: &[[u8; 3]], red: &mut [f32], green: &mut [f32], blue: &mut [f32]) {
    for (pixel, ((r, g), b)) in pixels.iter().zip(red.iter_mut().zip(green).zip(blue)) {
        // A division, as in torchvision: multiplying with 1/255 rounds differently.
        *r = f32::from(pixel[0]) / 255.0;
        *g = f32::from(pixel[1]) / 255.0;
        *b = f32::from(pixel[2]) / 255.0;
    }
}

/// The picture behind a row of `(C, H, W)` numbers in `[0, 1]`; what lies outside is cut off.
///
/// # Panics
/// If `row` has not 3 · height · width places.
#[must_use]
#[track_caller]
pub fn to_image(row: &ArrayRef1<f32>, height: usize, width: usize) -> RgbImage {
    let size = height * width;
    assert_eq!(row.len(), 3 * size, "the row holds {} numbers, the picture {}", row.len(), 3 * size);
    RgbImage::from_fn(width as u32, height as u32, |column, line| {
        let at = line as usize * width + column as usize;
        Rgb([0, 1, 2].map(|channel| (row[channel * size + at] * 255.0).round() as u8))
    })
}

/// Shifts and scales each channel, `(x − mean) / std`, of rows that [`to_tensor`] made.
///
/// ```
/// use lrlib::Normalize;
/// let mut x = ndarray::array![[0.5, 0.5, 0.0]]; // one pixel
/// Normalize::new([0.5, 0.4, 0.0], [0.5, 0.1, 1.0])?.apply(&mut x);
/// assert!((x[[0, 1]] - 1.0).abs() < 1e-6);
/// # Ok::<(), lrlib::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Normalize {
    mean: [f32; 3],
    std: [f32; 3],
}

impl Normalize {
    /// The usual choice, measured on `ImageNet`: what torchvision's pretrained models expect.
    pub const IMAGENET: Self = Self { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

    /// Mean and standard deviation of red, green and blue.
    ///
    /// # Errors
    /// [`Error::Config`] if a mean is not finite, or a standard deviation not above 0.
    pub fn new(mean: [f32; 3], std: [f32; 3]) -> Result<Self> {
        let usable = mean.iter().all(|m| m.is_finite()) && std.iter().all(|s| s.is_finite() && *s > 0.0);
        if !usable {
            return Err(Error::Config(format!(
                "cannot normalize with mean {mean:?} and std {std:?}: take finite means and deviations above 0"
            )));
        }
        Ok(Self { mean, std })
    }

    /// Changes every row of `x`, shape (n, d), d = 3 · height · width.
    ///
    /// # Panics
    /// If d is not a multiple of 3.
    #[track_caller]
    pub fn apply(&self, x: &mut ArrayRef2<f32>) {
        assert_eq!(x.ncols() % 3, 0, "a row of {} numbers has no three channels", x.ncols());
        let size = x.ncols() / 3;
        x.outer_iter_mut().into_par_iter().for_each(|mut row| {
            for (at, value) in row.iter_mut().enumerate() {
                *value = (*value - self.mean[at / size]) / self.std[at / size];
            }
        });
    }
}
