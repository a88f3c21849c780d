//! The cryptography that connections to https servers use.

/// Names ring for the whole process. Clients of HTTP are not made before.
pub fn install() {
    // An error means that somebody has named one: it is the same, for there is no other.
    rustls::crypto::ring::default_provider().install_default().ok();
}
