using Tidemark.Running;

namespace Tidemark;

/// <summary>A saved position for a job that owns its loop.</summary>
/// <typeparam name="T">The position.</typeparam>
public sealed class JobCursor<T>
{
    readonly CursorBook book;

    internal JobCursor(CursorBook book) => this.book = book;

    /// <summary>The position saved last, by this attempt or one before it, or <paramref name="initial"/> if none was.</summary>
    /// <param name="initial">Where to start.</param>
    /// <exception cref="JobFaultException">The saved position cannot be decoded.</exception>
    public Task<T> LoadAsync(T initial) => book.LoadAsync(initial);

    /// <summary>Saves the position durably. Everything before it is settled; an interruption resumes after it.</summary>
    /// <param name="position">The position: not one of the last 1,000, unless it is the very last and <paramref name="itemsDone"/> is 0.</param>
    /// <param name="itemsDone">How many items were done since the last save: for progress and the live figures. 0 or more.</param>
    /// <exception cref="JobFaultException">The position goes backwards or round in circles, is too large, or is saved while another save is under way.</exception>
    /// <exception cref="OperationCanceledException">Saved, and then told to stop: leave the handler.</exception>
    /// <exception cref="LeaseLostException">Another worker holds the job.</exception>
    public Task SaveAsync(T position, int itemsDone = 1) => book.SaveAsync(position, itemsDone);
}
