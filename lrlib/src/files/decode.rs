//! From a file to pixel values, as `PIL.Image.open(path).convert("RGB")`: what the transforms begin with.
//!
//! Two JPEG decoders may read one file differently, by a few of 255. `libjpeg-turbo-rs` computes as libjpeg-turbo does, and
//! so gives exactly Pillow's pixel values; no other decoder in Rust does. It is young and the work of one person, so its
//! version is pinned, and one line in [`decode`] says how to replace it. `image` reads all other formats.

use std::{io::Cursor, panic::catch_unwind, path::Path};

use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, ImageResult, Limits, RgbImage,
    error::{DecodingError, ImageFormatHint, LimitError, LimitErrorKind, UnsupportedError, UnsupportedErrorKind},
};
use libjpeg_turbo_rs::{DecodeLimits, Decoder, JpegError, PixelFormat};

use super::read::regular_file;
use crate::{
    error::{Error, Result},
    limits::{MAX_BYTES, MAX_SCANS, MAX_SIDE},
};

/// What a JPEG begins with.
const JPEG: [u8; 3] = [0xFF, 0xD8, 0xFF];

/// Reads the picture in a file; its content tells the format, not its name.
///
/// # Errors
/// [`Error::Io`] or [`Error::Picture`] with the path.
pub(crate) fn decode(path: &Path) -> Result<RgbImage> {
    let bytes = regular_file(path, MAX_BYTES)?
        .ok_or_else(|| Error::picture(path, too_large(LimitErrorKind::InsufficientMemory)))?;
    // To read JPEG with `image` instead, write `|| decode_other(&bytes)` here.
    let read = || decode_jpeg(&bytes).unwrap_or_else(|| decode_other(&bytes));
    // A few broken files make a decoder panic: png 0.18.1 does at a palette of five bytes.
    let image = catch_unwind(read).unwrap_or_else(|_| broken("the decoder panicked"));
    image.map_err(|source| Error::picture(path, source))
}

/// Reads a JPEG as Pillow does. Returns `None` for other formats, and for JPEG with four colours, made for printing, which
/// libjpeg-turbo-rs 0.9 often reads wrongly. Arithmetic coding is refused: 5 kB of it may take 10 s, and cameras do not use it.
fn decode_jpeg(bytes: &[u8]) -> Option<ImageResult<RgbImage>> {
    let side = MAX_SIDE as usize;
    let limits = DecodeLimits {
        max_width: side,
        max_height: side,
        max_scans: MAX_SCANS,
        max_memory: Some(budget(bytes)),
        ..Default::default()
    };
    let read = || {
        // As in Pillow, blocks are smoothed where the last scans of a progressive file are missing.
        let decoder = Decoder::new_with_limits(bytes, limits)?;
        let decoder = decoder.with_output_format(PixelFormat::Rgb).with_block_smoothing(true);
        decoder.output_buffer_size()?; // checks the limits before memory is taken
        if decoder.is_arithmetic() {
            return Err(JpegError::Unsupported("arithmetic coding".into()));
        }
        if decoder.header().components.len() > 3 {
            return Ok(None);
        }
        let mut image = RgbImage::new(decoder.output_width() as u32, decoder.output_height() as u32);
        decoder.decode_image_into(&mut image)?;
        Ok(Some(image))
    };
    if bytes.starts_with(&JPEG) { read().map_err(in_words_of_image).transpose() } else { None }
}

/// Returns how many bytes of memory are left beside those of the file.
fn budget(bytes: &[u8]) -> u64 {
    MAX_BYTES.saturating_sub(bytes.len() as u64)
}

fn broken(problem: &str) -> ImageResult<RgbImage> {
    Err(ImageError::Decoding(DecodingError::new(ImageFormatHint::Unknown, problem)))
}

fn too_large(kind: LimitErrorKind) -> ImageError {
    ImageError::Limits(LimitError::from_kind(kind))
}

/// Says what is wrong with a JPEG as `image` would.
fn in_words_of_image(problem: JpegError) -> ImageError {
    match problem {
        JpegError::LimitExceeded { what: "image width" | "image height", .. } => {
            too_large(LimitErrorKind::DimensionError)
        }
        JpegError::LimitExceeded { what: "estimated decode memory", .. } | JpegError::AllocationFailed { .. } => {
            too_large(LimitErrorKind::InsufficientMemory)
        }
        JpegError::LimitExceeded { .. } | JpegError::Unsupported(_) => {
            let kind = UnsupportedErrorKind::GenericFeature(format!("\"{problem}\""));
            ImageError::Unsupported(UnsupportedError::from_format_and_kind(ImageFormatHint::Unknown, kind))
        }
        _ => ImageError::Decoding(DecodingError::new(ImageFormat::Jpeg.into(), problem)),
    }
}

/// Reads everything else with `image`; the other formats have one reading only.
fn decode_other(bytes: &[u8]) -> ImageResult<RgbImage> {
    if bytes.is_empty() {
        return broken("the file is empty");
    }
    if is_cut_off(bytes) {
        return broken("the file ends in the middle of the picture");
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(budget(bytes));
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    let format = reader.format();
    reader.limits(limits.clone());
    let decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return broken("the picture has no pixels");
    }
    // The decoder's pixels and ours are in memory together, and those of a WebP a few times.
    let others = if format == Some(ImageFormat::WebP) { 3 + 8 } else { 3 };
    limits.reserve(decoder.total_bytes().saturating_add(others * u64::from(width) * u64::from(height)))?;
    Ok(to_rgb(DynamicImage::from_decoder(decoder)?))
}

/// Returns whether this is a JPEG whose end is missing: a scan starts after the last end-of-image marker, or there is none.
/// `image` would fill the rest with grey.
fn is_cut_off(bytes: &[u8]) -> bool {
    let is_end = |pair: &[u8]| pair == [0xFF, 0xD9];
    let is_scan = |pair: &[u8]| pair == [0xFF, 0xDA];
    bytes.starts_with(&JPEG)
        && bytes.windows(2).rposition(is_end).is_none_or(|end| bytes[end..].windows(2).any(is_scan))
}

/// Converts as Pillow's `convert("RGB")`: grey is repeated, transparency is dropped, and of 16 bits per colour the upper 8
/// are kept; but grey of 16 bits is clipped at 255.
fn to_rgb(image: DynamicImage) -> RgbImage {
    let (width, height) = (image.width(), image.height());
    let upper = |value: u16| (value >> 8) as u8;
    match image {
        DynamicImage::ImageLuma16(image) => {
            RgbImage::from_fn(width, height, |x, y| [image.get_pixel(x, y).0[0].min(255) as u8; 3].into())
        }
        DynamicImage::ImageLumaA16(image) => {
            RgbImage::from_fn(width, height, |x, y| [upper(image.get_pixel(x, y).0[0]); 3].into())
        }
        DynamicImage::ImageRgb16(image) => {
            RgbImage::from_fn(width, height, |x, y| image.get_pixel(x, y).0.map(upper).into())
        }
        DynamicImage::ImageRgba16(image) => RgbImage::from_fn(width, height, |x, y| {
            let [red, green, blue, _] = image.get_pixel(x, y).0.map(upper);
            [red, green, blue].into()
        }),
        // The rest has 8 bits: grey is repeated, transparency dropped.
        other => other.into_rgb8(),
    }
}
