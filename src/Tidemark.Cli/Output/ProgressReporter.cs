namespace Tidemark.Cli.Output;

/// <summary>Looks at a run as often as its view wants, and at once when told that something has changed.</summary>
internal sealed class ProgressReporter : IDisposable
{
    readonly Func<RunSnapshot> _look;
    readonly IProgressView _view;
    readonly ITimer _timer;
    readonly Lock _lock = new();
    RunPhase? _phase;
    bool _ended;

    internal ProgressReporter(Func<RunSnapshot> look, IProgressView view, TimeProvider time)
    {
        (_look, _view) = (look, view);
        _timer = time.CreateTimer(_ => Tick(), null, view.Every, view.Every);
    }

    /// <summary>Something may have changed: a new phase is shown now, anything else in its time.</summary>
    internal void Hint() => Look(onlyChanges: true);

    internal void Say(string sentence)
    {
        lock (_lock)
        {
            if (!_ended) _view.Say(_look(), sentence);
        }
    }

    /// <summary>The last words; nothing is shown after them.</summary>
    internal void End(int exitCode, Func<RunSnapshot, string> sentence)
    {
        lock (_lock)
        {
            if (_ended) return;
            _ended = true;
            var run = _look();
            _view.End(run, exitCode, sentence(run));
        }
    }

    /// <summary>After it nobody looks, not even a timer that has just fired: what is looked at may be closed.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        lock (_lock) _ended = true;
    }

    // One that comes while another still looks is left out: where a look takes its time, they would fill the thread pool.
    void Tick()
    {
        if (!_lock.TryEnter()) return;
        try
        {
            Look();
        }
        catch (Exception)
        {
            // Nobody is above a timer: it would end the process. A look that fails is one look fewer.
        }
        finally
        {
            _lock.Exit();
        }
    }

    void Look(bool onlyChanges = false)
    {
        lock (_lock)
        {
            if (_ended) return;
            var run = _look();
            if (run.Phase != _phase)
            {
                _phase = run.Phase;
                _view.ShowChange(run);
            }
            else if (!onlyChanges) _view.Show(run);
        }
    }
}
