using System.Security.Cryptography;
using System.Text;
using Tidemark.Reading;

namespace Tidemark.Cli.Runs;

/// <summary>What a run is called in the store.</summary>
/// <remarks>
/// The job's name carries the run's: a worker claims only jobs whose names it knows, so that one run never takes another's job, whose command
/// it does not have.
/// </remarks>
internal static class RunNames
{
    internal const string Queue = "run";
    internal const string Stream = "lines";
    internal const string Prefix = "run:";

    /// <summary><c>run:NAME</c>; too long a name is cut and told apart by its hash.</summary>
    internal static string JobOf(string run)
    {
        if (Prefix.Length + run.Length <= Names.MaxLength) return Prefix + run;
        var digits = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(run)).AsSpan(0, 4));
        return $"{Prefix}{run[..(Names.MaxLength - Prefix.Length - digits.Length - 1)]}-{digits}";
    }

    /// <summary>What is known of the lines; null: nothing was saved yet.</summary>
    internal static StreamReading? LinesOf(JobDetails details) => Array.Find(details.Streams, stream => stream.Name == Stream);

    /// <summary>True if the job belongs to <c>tidemark run</c>: only the same command line can go on with it.</summary>
    internal static bool IsRun(string jobName) => jobName.StartsWith(Prefix, StringComparison.Ordinal);
}
