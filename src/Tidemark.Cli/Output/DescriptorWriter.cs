using System.Runtime.InteropServices;
using Tidemark.Cli.Spawning;

namespace Tidemark.Cli.Output;

/// <summary>Writes to a descriptor until all is written.</summary>
/// <remarks>
/// Not the console's stream: it takes a closed pipe for success, and lines that nobody received would count as done. What fits is
/// given to the kernel in one call: into a pipe, a small output goes whole or not at all. Into a file it may not, even so: a fatal signal ends a
/// write at the border of a page. The next run ends that line, see <see cref="TornLine"/>.
/// </remarks>
internal static unsafe class DescriptorWriter
{
    /// <returns>0, or the number of the error that ended it.</returns>
    internal static int Write(int descriptor, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            for (var written = 0; written < bytes.Length;)
            {
                var count = Libc.Write(descriptor, start + written, bytes.Length - written);
                if (count >= 0)
                {
                    written += (int)count;
                    continue;
                }
                var error = Marshal.GetLastPInvokeError();
                if (error == Errno.TryAgain) Wait(descriptor); // somebody who shares the stream has made it non-blocking
                else if (error != Errno.Interrupted) return error;
            }
        }
        return 0;
    }

    static void Wait(int descriptor)
    {
        const int forEver = -1;
        var entry = new Libc.PollEntry { Descriptor = descriptor, Events = Libc.PollOut };
        _ = Libc.Poll(&entry, 1, forEver); // whatever it says, the next write knows
    }
}
