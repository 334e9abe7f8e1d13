//! What one picture may cost: the limits of decoding and resizing, whatever a file claims.
//!
//! They hold for each picture; as many pictures are decoded at once as there are cores.

/// The most pixels on one side of a picture.
pub(crate) const MAX_SIDE: u32 = 16_384;

/// The most memory for one picture, from its file to its resized pixels, in bytes: 768 MiB. A photograph of
/// 100 megapixels needs 600 MiB; the same one as a progressive JPEG, or with 16 bits a colour, does not fit.
pub(crate) const MAX_BYTES: u64 = 768 << 20;

/// The most scans of a JPEG: each takes the time of a pass over the picture. A progressive JPEG has about ten.
pub(crate) const MAX_SCANS: usize = 100;

/// The largest size that `Resize` and `CenterCrop` make.
pub(crate) const MAX_SIZE: u32 = 4096;

/// The most pixels that `Resize` makes.
pub(crate) const MAX_RESIZED: u32 = 1 << 25;
