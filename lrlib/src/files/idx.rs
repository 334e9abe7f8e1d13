//! Arrays of bytes in IDX files, the format of MNIST: `0, 0, type, dimensions`, then each size in four bytes, the largest
//! first, then the values.

use std::{io::Read, path::Path, path::PathBuf};

use flate2::read::MultiGzDecoder;

use super::read::regular_file;
use crate::error::{Error, Result};

/// The most bytes of a file, packed or not: 256 MiB. MNIST's largest has 45 MiB, the largest of EMNIST's digits 180 MiB.
const MAX_BYTES: u64 = 256 << 20;

/// What a packed file begins with.
const GZIP: [u8; 2] = [0x1F, 0x8B];

/// Returns the path of a file in this folder, or of its packed form, whose name ends in `.gz`.
///
/// # Errors
/// [`Error::Dataset`] with the folder and both names.
pub(crate) fn find_idx(folder: &Path, name: &str) -> Result<PathBuf> {
    let packed = format!("{name}.gz");
    let mut places = [name, &packed].into_iter().map(|name| folder.join(name));
    places.find(|path| path.exists()).ok_or_else(|| {
        let problem = format!("neither {name} nor {packed} is in this folder; put MNIST's files here, or name theirs");
        Error::dataset(folder, problem)
    })
}

/// Reads the D sizes and the values of an array. The content tells whether a file is packed, not its name.
///
/// Memory grows with the bytes that are there, whatever the header claims, and no more is unpacked than it claims.
///
/// # Errors
/// [`Error::Io`]; [`Error::Dataset`] if the file is of another kind, empty, cut off, or longer than its header says.
pub(crate) fn read_idx<const D: usize>(path: &Path) -> Result<([usize; D], Vec<u8>)> {
    let refuse = |problem: String| Error::dataset(path, problem);
    let too_large = || refuse(format!("it holds more than {} MiB; use a smaller file", MAX_BYTES >> 20));
    let bytes = regular_file(path, MAX_BYTES)?.ok_or_else(too_large)?;
    let mut reader: Box<dyn Read + '_> =
        if bytes.starts_with(&GZIP) { Box::new(MultiGzDecoder::new(&*bytes)) } else { Box::new(&*bytes) };
    let mut read = |count: u64| -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let end = reader.by_ref().take(count).read_to_end(&mut bytes);
        end.map_err(|error| refuse(format!("it cannot be unpacked ({error}); fetch it again")))?;
        Ok(bytes)
    };
    let sizes = sizes(&read(4)?, &read(4 * D as u64)?).map_err(refuse)?;
    let claimed = sizes.iter().try_fold(1_u64, |product, &size| product.checked_mul(size as u64));
    let claimed = claimed.filter(|claimed| *claimed <= MAX_BYTES).ok_or_else(too_large)?;
    // One more would show that the file does not end where it should.
    let values = read(claimed + 1)?;
    if values.len() as u64 == claimed {
        return Ok((sizes, values));
    }
    let found = if values.len() as u64 > claimed { "more".into() } else { values.len().to_string() };
    Err(refuse(format!("its header announces {claimed} values, but {found} follow; fetch it again")))
}

/// Returns the sizes in a header, or what is wrong with it.
fn sizes<const D: usize>(magic: &[u8], sizes: &[u8]) -> std::result::Result<[usize; D], String> {
    match *magic {
        [0, 0, 0x08, dimensions] if usize::from(dimensions) == D => {}
        [0, 0, 0x08, dimensions] => {
            return Err(format!(
                "the number of its dimensions is {dimensions}, not {D}: pictures have 3, labels 1; check which file is which"
            ));
        }
        [0, 0, kind, _] => return Err(format!("its values are of type {kind:#04x}, not bytes, 0x08: convert it")),
        _ => return Err(format!("it begins with {magic:02x?}, so it is not an IDX file; fetch it again")),
    }
    let sizes: Vec<_> = sizes.as_chunks().0.iter().map(|&bytes| u32::from_be_bytes(bytes) as usize).collect();
    if sizes.contains(&0) {
        return Err(format!("its sizes are {sizes:?}, so it holds nothing; use another file"));
    }
    sizes.try_into().map_err(|_| "it ends in its header; fetch it again".into())
}
