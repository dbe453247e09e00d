namespace Tidemark.Cli;

/// <summary>A file without a name: nothing is left behind, however the process ends.</summary>
internal static class TemporaryFile
{
    /// <summary>Readable and writable by this process alone, in the directory that TMPDIR names.</summary>
    /// <exception cref="TidemarkException">The directory cannot be written.</exception>
    internal static FileStream Create()
    {
        var path = Path.Combine(Path.GetTempPath(), $".tidemark-{Environment.ProcessId}-{Path.GetRandomFileName()}");
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, BufferSize = 0 };
            if (OperatingSystem.IsWindows()) options.Options = FileOptions.DeleteOnClose;
            else options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            var file = new FileStream(path, options);
            if (!OperatingSystem.IsWindows()) File.Delete(path);
            return file;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new TidemarkException(
                $"cannot make a temporary file in {Path.GetTempPath()}: {refused.Message} Set TMPDIR to a directory with room.", refused);
        }
    }
}
