using System.Text.Json;
using Tidemark.Running;

namespace Tidemark;

/// <summary>Sources over files with one JSON value a line (JSON Lines, NDJSON).</summary>
public static class JsonLines
{
    /// <summary>
    /// The values of a file that only grows, read by byte offset like <see cref="Lines.ByOffset"/>. A line that is not the JSON of a
    /// <typeparamref name="T"/>, or that has no key, goes to quarantine as it is, and the stream goes on; lines of white space are passed
    /// over. Stable.
    /// </summary>
    /// <typeparam name="T">One value.</typeparam>
    /// <param name="path">The file.</param>
    /// <param name="key">The key of a value: stable across attempts, 1 to 500 characters.</param>
    /// <param name="json">How values are read; a context made by the source generator is welcome. Null: <see cref="JsonSerializerOptions.Web"/>.</param>
    /// <param name="options">Limits; null: the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> cannot be read from JSON at all.</exception>
    /// <exception cref="JobFaultException">On opening: another input under the same name, or a pipe. While reading: a line that is too long.</exception>
    /// <example><code>
    /// var sims = job.Stream("import", JsonLines.Of&lt;Sim&gt;("sims.jsonl", key: sim =&gt; sim.Iccid));
    /// </code></example>
    public static Source<T, LinePosition> Of<T>(string path, Func<T, string> key, JsonSerializerOptions? json = null, LineOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(key);
        return new JsonLineSource<T>(path, key, json ?? JsonSerializerOptions.Web, LineOptions.Validated(options));
    }
}
