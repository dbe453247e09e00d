using System.Collections.Concurrent;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;

namespace Tidemark.Tests.Conventions.Compiled;

/// <summary>An assembly read from its file, never loaded: what it defines, what it refers to, and the symbols beside it.</summary>
internal sealed class CompiledAssembly
{
    static readonly ConcurrentDictionary<string, CompiledAssembly> Loaded = new();

    readonly ConcurrentDictionary<EntityHandle, Member?> members = new();

    CompiledAssembly(string path)
    {
        // Read whole, so that no file stays open and no test has to dispose of a shared assembly.
        File = new PEReader([.. System.IO.File.ReadAllBytes(path)]);
        Reader = File.GetMetadataReader();
        Name = Reader.GetString(Reader.GetAssemblyDefinition().Name);
        Symbols = new Symbols(Path.ChangeExtension(path, ".pdb"));
        Types = [.. Reader.TypeDefinitions.Select(handle => new CompiledType(this, handle))];
    }

    public PEReader File { get; }
    public MetadataReader Reader { get; }
    public string Name { get; }
    public Symbols Symbols { get; }
    public IReadOnlyList<CompiledType> Types { get; }
    public IEnumerable<CompiledMethod> Methods => Types.SelectMany(type => type.Methods);

    /// <summary>The names of the assemblies that it needs.</summary>
    public IEnumerable<string> References =>
        Reader.AssemblyReferences.Select(handle => Reader.GetString(Reader.GetAssemblyReference(handle).Name));

    /// <summary>Every assembly built from src.</summary>
    public static IEnumerable<CompiledAssembly> Shipped => Repository.Shipped.Select(Load);

    /// <summary>The assembly of that name in the folder of the tests.</summary>
    public static CompiledAssembly Load(string name) => Loaded.GetOrAdd(name, Read);

    static CompiledAssembly Read(string name)
    {
        var path = Path.Combine(AppContext.BaseDirectory, name + ".dll");
        return System.IO.File.Exists(path) ? new(path) : throw new FileNotFoundException(
            $"{name}.dll is not beside the tests, so its laws go unchecked: add a ProjectReference to it in tests/Tidemark.Tests/Tidemark.Tests.csproj.", path);
    }

    public Member? MemberOf(EntityHandle handle) => members.GetOrAdd(handle, static (token, reader) => Member.Of(reader, token), Reader);

    /// <summary>The bytes behind a field with initial data, read as UTF-8 text; null for any other member.</summary>
    public string? DataOf(EntityHandle handle)
    {
        if (handle.Kind != HandleKind.FieldDefinition) return null;
        var field = Reader.GetFieldDefinition((FieldDefinitionHandle)handle);
        var address = field.GetRelativeVirtualAddress();
        if (address == 0) return null;
        var size = Types.FirstOrDefault(type => type.FullName == field.DecodeSignature(ShapeReader.Instance, null).Name)?.Size ?? 0;
        var data = File.GetSectionData(address).GetReader();
        return Encoding.UTF8.GetString(data.ReadBytes(Math.Min(size, data.RemainingBytes)));
    }
}
