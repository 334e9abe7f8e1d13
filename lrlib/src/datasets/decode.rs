//! From a file to levels, `PIL.Image.open(path).convert("RGB")`: what the transforms begin with.

use std::{fs, io::Cursor, path::Path};

use image::{
    DynamicImage, GrayImage, ImageError, ImageFormat, ImageReader, ImageResult, Limits, RgbImage,
    error::{DecodingError, ImageFormatHint, LimitError, LimitErrorKind},
};
use libjpeg_turbo_rs::{DecodeLimits, Decoder, JpegError, PixelFormat};

use crate::error::{Error, Result};

/// What a JPEG begins with.
const JPEG: [u8; 3] = [0xFF, 0xD8, 0xFF];

/// No picture may be wider or higher, in pixels: a file that claims more is refused before memory is taken.
const MAX_SIDE: u32 = 1 << 14;

/// Nor may its levels take more memory, in bytes: 512 MiB.
const MAX_BYTES: u64 = 512 << 20;

/// The picture in a file, its format told by the content, not by the name.
///
/// # Errors
/// [`Error::Io`] or [`Error::Picture`] with the path.
pub(crate) fn decode(path: &Path) -> Result<RgbImage> {
    let bytes = fs::read(path).map_err(|source| Error::read(path, source))?;
    let image = match decode_jpeg(&bytes) {
        Err(JpegError::Unsupported(_)) => decode_other(&bytes),
        answer => answer.map_err(as_image_error),
    };
    image.map_err(|source| Error::Picture { path: path.into(), source })
}

/// A JPEG has as many readings as there are decoders, all a few levels apart. This one calculates as libjpeg-turbo does,
/// and so as Pillow: the same levels, every one. A file whose data end too soon is refused.
///
/// Unsupported are other formats, and JPEG of four colours, for printing: libjpeg-turbo-rs 0.9 reads many of these wrongly.
fn decode_jpeg(bytes: &[u8]) -> std::result::Result<RgbImage, JpegError> {
    if !bytes.starts_with(&JPEG) {
        return Err(JpegError::Unsupported("another format".into()));
    }
    let side = MAX_SIDE as usize;
    let limits = DecodeLimits { max_width: side, max_height: side, max_pixels: MAX_BYTES / 3, ..Default::default() };
    // As in Pillow, blocks are smoothed where the last scans of a progressive file are missing.
    let decoder =
        Decoder::new_with_limits(bytes, limits)?.with_output_format(PixelFormat::Rgb).with_block_smoothing(true);
    if decoder.header().components.len() > 3 {
        return Err(JpegError::Unsupported("four colours".into()));
    }
    // What is too large is refused here, before memory is taken.
    decoder.output_buffer_size()?;
    let mut image = RgbImage::new(decoder.output_width() as u32, decoder.output_height() as u32);
    decoder.decode_image_into(&mut image)?;
    Ok(image)
}

/// The same problem in the words of the other decoders.
fn as_image_error(problem: JpegError) -> ImageError {
    match problem {
        JpegError::LimitExceeded { .. } => ImageError::Limits(LimitError::from_kind(LimitErrorKind::DimensionError)),
        _ => ImageError::Decoding(DecodingError::new(ImageFormat::Jpeg.into(), problem)),
    }
}

/// Everything else, by `image`; the other formats have one reading only.
fn decode_other(bytes: &[u8]) -> ImageResult<RgbImage> {
    let problem = match bytes {
        [] => Some("the file is empty"),
        _ if is_cut_off(bytes) => Some("the file ends in the middle of the picture"),
        _ => None,
    };
    if let Some(problem) = problem {
        return Err(ImageError::Decoding(DecodingError::new(ImageFormatHint::Unknown, problem)));
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_BYTES);
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    reader.limits(limits);
    Ok(to_rgb(reader.decode()?))
}

/// Whether this is a JPEG whose end is missing: a scan starts after the last end-of-image marker, or there is none.
/// `image` would make the rest grey.
fn is_cut_off(bytes: &[u8]) -> bool {
    let is_end = |pair: &[u8]| pair == [0xFF, 0xD9];
    let is_scan = |pair: &[u8]| pair == [0xFF, 0xDA];
    bytes.starts_with(&JPEG)
        && bytes.windows(2).rposition(is_end).is_none_or(|end| bytes[end..].windows(2).any(is_scan))
}

/// Pillow's `convert("RGB")`: grey is repeated, transparency is dropped; of 16 bits per colour the upper 8 count,
/// but grey of 16 bits is cut off at 255.
fn to_rgb(image: DynamicImage) -> RgbImage {
    match image {
        DynamicImage::ImageRgb8(image) => image,
        DynamicImage::ImageLuma16(image) => {
            DynamicImage::from(GrayImage::from_fn(image.width(), image.height(), |x, y| {
                image.get_pixel(x, y).0.map(|level| level.min(255) as u8).into()
            }))
            .into_rgb8()
        }
        DynamicImage::ImageLumaA16(image) => {
            upper_half(image.width(), image.height(), |x, y| [image.get_pixel(x, y).0[0]; 3])
        }
        DynamicImage::ImageRgb16(image) => upper_half(image.width(), image.height(), |x, y| image.get_pixel(x, y).0),
        DynamicImage::ImageRgba16(image) => upper_half(image.width(), image.height(), |x, y| {
            let [r, g, b, _] = image.get_pixel(x, y).0;
            [r, g, b]
        }),
        // The rest has 8 bits: grey is repeated, alpha dropped.
        other => other.into_rgb8(),
    }
}

fn upper_half(width: u32, height: u32, levels: impl Fn(u32, u32) -> [u16; 3]) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| levels(x, y).map(|level| (level >> 8) as u8).into())
}
