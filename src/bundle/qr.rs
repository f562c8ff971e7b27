//! QR codes of short texts.

use qrcodegen::{QrCode, QrCodeEcc};

use super::sealer::{Qr, SealerError};

/// The code of a text, with a quarter of error correction at least (level M or better).
///
/// # Errors
/// [`SealerError::TooLongForQr`].
pub fn qr(text: &str) -> Result<Qr, SealerError> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).map_err(|_| SealerError::TooLongForQr)?;
    let side = code.size();
    let modules = (0..side).flat_map(|y| (0..side).map(move |x| (x, y)));
    let modules = modules.map(|(x, y)| u8::from(code.get_module(x, y))).collect();
    Ok(Qr { side: u32::try_from(side).unwrap_or_default(), modules })
}
