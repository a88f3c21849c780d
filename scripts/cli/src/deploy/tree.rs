//! The repository that the programs are built from.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::DeploymentError;

/// Where `scripts/build-programs` notes the commit that it has built.
pub const BUILT_FROM: &str = "commit";

/// A tree without changes, and what its records say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// Its folder.
    pub path: PathBuf,
    /// Its commit.
    pub commit: String,
    /// The toolchain's channel.
    pub toolchain: String,
    /// The Stylus SDK's version.
    pub sdk_version: String,
}

impl Tree {
    /// Makes sure that a tree is what its commit says. What is under `deployments` is not built and does not count.
    /// # Errors: [`DeploymentError::NoRepository`], [`DeploymentError::DirtyTree`], [`DeploymentError::Toolchain`],
    /// [`DeploymentError::File`]
    pub fn clean(path: &Path) -> Result<Self, DeploymentError> {
        let changes = git(path, &["status", "--porcelain", "--", ".", ":!deployments"])?;
        if !changes.is_empty() {
            let changes = changes.lines().map(str::trim).collect::<Vec<_>>().join(", ");
            return Err(DeploymentError::DirtyTree { path: path.to_owned(), changes });
        }
        Ok(Self {
            path: path.to_owned(),
            commit: git(path, &["rev-parse", "HEAD"])?,
            toolchain: value_after(&path.join("rust-toolchain.toml"), "channel = \"", "a channel")?,
            sdk_version: value_after(&path.join("Cargo.lock"), "name = \"stylus-sdk\"\nversion = \"", "stylus-sdk")?,
        })
    }

    /// Makes sure that programs were built from this tree's commit.
    /// # Errors: [`DeploymentError::BuiltElsewhere`]
    pub fn require_built(&self, programs: &Path) -> Result<(), DeploymentError> {
        let path = programs.join(BUILT_FROM);
        let built = fs::read_to_string(&path).unwrap_or_else(|_| "no commit that is noted".to_owned());
        let built = built.trim();
        if built == self.commit {
            return Ok(());
        }
        Err(DeploymentError::BuiltElsewhere { path, built: built.to_owned(), head: self.commit.clone() })
    }
}

/// What git answers.
/// # Errors: [`DeploymentError::NoRepository`]
pub fn git(path: &Path, words: &[&str]) -> Result<String, DeploymentError> {
    let refuse = |cause: String| DeploymentError::NoRepository { path: path.to_owned(), cause };
    let output = Command::new("git").arg("-C").arg(path).args(words).output();
    let output = output.map_err(|error| refuse(error.to_string()))?;
    if !output.status.success() {
        return Err(refuse(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}

fn value_after(path: &Path, key: &str, what: &'static str) -> Result<String, DeploymentError> {
    let text = fs::read_to_string(path);
    let text = text.map_err(|cause| DeploymentError::File { path: path.to_owned(), cause })?;
    let value = text.split_once(key).and_then(|(_, rest)| rest.split('"').next());
    value.map(ToOwned::to_owned).ok_or_else(|| DeploymentError::Toolchain { path: path.to_owned(), what })
}
