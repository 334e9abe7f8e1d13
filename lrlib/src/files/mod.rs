//! What touches the disk: finding and decoding pictures, reading and writing tensors, replacing a file as a whole.
//!
//! Nothing here knows of data sets or models. Whatever a file holds, its cost is bounded and its error is one line.

pub(crate) mod find;
pub(crate) mod decode;
pub(crate) mod write;
pub(crate) mod safetensors;
