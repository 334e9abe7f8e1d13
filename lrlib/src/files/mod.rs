//! What touches the disk: finding and decoding pictures, reading arrays and tensors, writing tensors, replacing a file as a whole.
//!
//! Nothing here computes with pixels or weights. Whatever a file holds, its cost is bounded and its error is one line.

mod read;
pub(crate) mod find;
pub(crate) mod decode;
pub(crate) mod idx;
pub(crate) mod write;
pub(crate) mod safetensors;
