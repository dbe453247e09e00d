namespace Tidemark.Cli.Spawning;

/// <summary>The error numbers of Linux that are told apart here.</summary>
internal static class Errno
{
    internal const int NotPermitted = 1;
    internal const int NoSuchFile = 2;
    internal const int NoSuchProcess = 3;
    internal const int Interrupted = 4;
    internal const int ArgumentsTooLong = 7;
    internal const int NotAProgram = 8;
    internal const int TryAgain = 11;
    internal const int NoMemory = 12;
    internal const int AccessDenied = 13;
    internal const int NotADirectory = 20;
    internal const int InvalidArgument = 22;
    internal const int TooManyOpenFilesInSystem = 23;
    internal const int TooManyOpenFiles = 24;
    internal const int ProgramBeingWritten = 26;
    internal const int ReadOnlyFileSystem = 30;
    internal const int BrokenPipe = 32;

    internal static string Text(int error) => System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(error);
}
