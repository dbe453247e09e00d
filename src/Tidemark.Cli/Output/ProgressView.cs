namespace Tidemark.Cli.Output;

/// <summary>One way of showing a run.</summary>
internal interface IProgressView
{
    /// <summary>How often it wants to be shown something new; <see cref="Timeout.InfiniteTimeSpan"/>: never.</summary>
    TimeSpan Every { get; }

    /// <summary>The run goes on in the same phase.</summary>
    void Show(RunSnapshot run);

    /// <summary>The run has entered another phase.</summary>
    void ShowChange(RunSnapshot run);

    /// <summary>A sentence for people.</summary>
    void Say(RunSnapshot run, string sentence);

    /// <summary>The last words.</summary>
    void End(RunSnapshot run, int exitCode, string sentence);
}

/// <summary>On a terminal: two lines that are drawn again in place, at most twice a second.</summary>
internal sealed class BarView(StandardStreams streams, Func<TerminalStyle> style) : IProgressView
{
    public TimeSpan Every => TimeSpan.FromMilliseconds(500);

    public void Show(RunSnapshot run) => streams.Show(BarText.Render(run, style()));

    public void ShowChange(RunSnapshot run) => Show(run);

    public void Say(RunSnapshot run, string sentence) => streams.Say(sentence);

    public void End(RunSnapshot run, int exitCode, string sentence)
    {
        streams.Show([]);
        streams.Say(sentence);
    }
}

/// <summary>Into a file or a pipe: one line every half minute and at each change.</summary>
internal sealed class LineView(StandardStreams streams) : IProgressView
{
    (RunPhase Phase, long Settled) _last;

    public TimeSpan Every => TimeSpan.FromSeconds(30);

    public void Show(RunSnapshot run)
    {
        _last = (run.Phase, run.Settled);
        streams.Say(PlainText.Render(run));
    }

    public void ShowChange(RunSnapshot run) => Show(run);

    public void Say(RunSnapshot run, string sentence) => streams.Say(sentence);

    public void End(RunSnapshot run, int exitCode, string sentence)
    {
        if (_last != (run.Phase, run.Settled)) Show(run);
        streams.Say(sentence);
    }
}

/// <summary>For a program: an object a line.</summary>
internal sealed class JsonView(StandardStreams streams) : IProgressView
{
    public TimeSpan Every => TimeSpan.FromSeconds(30);

    public void Show(RunSnapshot run) => streams.Say(JsonText.Render(run, "progress"));

    public void ShowChange(RunSnapshot run) => streams.Say(JsonText.Render(run, "state"));

    public void Say(RunSnapshot run, string sentence) => streams.Say(JsonText.Message(run.Name, run.Now, sentence));

    public void End(RunSnapshot run, int exitCode, string sentence)
    {
        Say(run, sentence);
        streams.Say(JsonText.Render(run, "end", exitCode));
    }
}

/// <summary>Nothing: the exit code says it all.</summary>
internal sealed class QuietView : IProgressView
{
    public TimeSpan Every => Timeout.InfiniteTimeSpan;

    public void Show(RunSnapshot run) { }

    public void ShowChange(RunSnapshot run) { }

    public void Say(RunSnapshot run, string sentence) { }

    public void End(RunSnapshot run, int exitCode, string sentence) { }
}
