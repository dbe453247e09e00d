namespace Tidemark.Running;

internal interface IStreamLoop<T>;
internal sealed class StreamSetup;
internal sealed class StreamLoop<T, TCursor>(Source<T, TCursor> source, StreamSetup setup) : IStreamLoop<T>
{
    public Source<T, TCursor> Source => source;
    public StreamSetup Setup => setup;
}
