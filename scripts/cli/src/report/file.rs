//! The report's file: written whole or not at all.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use serde::Serialize;
use tempfile::NamedTempFile;

use crate::error::CliError;

/// A place for the report. It is taken before the work starts, so that a path that cannot be written is found
/// at once; the file itself appears, or is replaced, only with a whole report.
#[derive(Debug)]
pub struct ReportFile {
    path: PathBuf,
    flag: &'static str,
    temporary: NamedTempFile,
}

impl ReportFile {
    /// Makes sure that the report can be written there.
    /// # Errors: [`CliError::ReportFile`]
    pub fn at(path: &Path) -> Result<Self, CliError> {
        Self::asked_by("--json", path)
    }

    /// The same for a page of HTML.
    /// # Errors: [`CliError::ReportFile`]
    pub fn for_page(path: &Path) -> Result<Self, CliError> {
        Self::asked_by("--html", path)
    }

    fn asked_by(flag: &'static str, path: &Path) -> Result<Self, CliError> {
        let refuse = |cause| CliError::ReportFile { flag, path: path.to_owned(), cause };
        if path.is_dir() {
            return Err(refuse(io::ErrorKind::IsADirectory.into()));
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let temporary = NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(refuse)?;
        Ok(Self { path: path.to_owned(), flag, temporary })
    }

    /// Writes the report as JSON.
    /// # Errors: [`CliError::ReportEncoding`], [`CliError::ReportFile`]
    pub fn write(self, report: &impl Serialize) -> Result<(), CliError> {
        let mut text = serde_json::to_string_pretty(report)?;
        text.push('\n');
        self.write_text(&text)
    }

    /// Writes a text.
    /// # Errors: [`CliError::ReportFile`]
    pub fn write_text(mut self, text: &str) -> Result<(), CliError> {
        let refuse = |cause| CliError::ReportFile { flag: self.flag, path: self.path.clone(), cause };
        self.temporary.write_all(text.as_bytes()).map_err(refuse)?;
        self.temporary.as_file().sync_all().map_err(refuse)?;
        readable_by_all(&self.temporary).map_err(refuse)?;
        self.temporary.persist(&self.path).map_err(|error| refuse(error.error))?;
        Ok(())
    }
}

/// Temporary files are private; a report is not.
fn readable_by_all(file: &NamedTempFile) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}
