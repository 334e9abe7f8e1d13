//! Files of MNIST's format, IDX: `0, 0, 8, dimensions`, the sizes, the bytes.

use std::io::{self, Write as _};

use flate2::{Compression, GzBuilder};

/// Returns the packed file of an array. Its gzip header holds no time, so equal arrays make equal files.
pub fn pack(sizes: &[usize], values: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzBuilder::new().mtime(0).write(Vec::new(), Compression::default());
    encoder.write_all(&header(sizes))?;
    encoder.write_all(values)?;
    encoder.finish()
}

fn header(sizes: &[usize]) -> Vec<u8> {
    let numbers: Vec<u8> = sizes.iter().flat_map(|size| (*size as u32).to_be_bytes()).collect();
    [&[0, 0, 8, sizes.len() as u8][..], &numbers].concat()
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn a_file_is_header_and_values_without_a_time() {
        let file = pack(&[2, 300], &[7; 600]).expect("packed");
        assert_eq!(file[..8], [0x1F, 0x8B, 8, 0, 0, 0, 0, 0], "gzip's mark, deflate, no flags, no time");
        let mut bytes = Vec::new();
        flate2::read::GzDecoder::new(&*file).read_to_end(&mut bytes).expect("unpacked");
        assert_eq!(bytes[..12], [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 1, 44], "300 = 256 + 44");
        assert_eq!(bytes[12..], [7; 600]);
    }
}
