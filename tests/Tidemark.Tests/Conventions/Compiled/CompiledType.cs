using System.Reflection;
using System.Reflection.Metadata;

namespace Tidemark.Tests.Conventions.Compiled;

/// <summary>A type defined in a <see cref="CompiledAssembly"/>.</summary>
internal sealed class CompiledType
{
    static readonly string[] GeneratedMarks =
        ["System.Runtime.CompilerServices.CompilerGeneratedAttribute", "System.CodeDom.Compiler.GeneratedCodeAttribute"];

    readonly TypeDefinition definition;

    public CompiledType(CompiledAssembly assembly, TypeDefinitionHandle handle)
    {
        Assembly = assembly;
        definition = assembly.Reader.GetTypeDefinition(handle);
        FullName = ShapeReader.Of(assembly.Reader, handle).Name;
        BaseType = definition.BaseType.IsNil ? null : ShapeReader.Of(assembly.Reader, definition.BaseType);
        Methods = [.. definition.GetMethods().Select(method => new CompiledMethod(this, method))];
    }

    public CompiledAssembly Assembly { get; }

    /// <summary>With namespace, outer types (<c>+</c>) and arity.</summary>
    public string FullName { get; }
    public TypeShape? BaseType { get; }
    public IReadOnlyList<CompiledMethod> Methods { get; }
    public TypeAttributes Attributes => definition.Attributes;
    public int Size => definition.GetLayout().Size;

    /// <summary>The name as the source has it: hidden types are named by the type that they were made for.</summary>
    public string Source => string.Join('.', FullName.Split('+').Where(part => !part.Contains('<')).Select(part => part.Split('`')[0]));

    /// <summary>The namespace of the outermost type; empty for the compiler's own.</summary>
    public string Namespace => FullName.Split('+', '<')[0] is var outermost && outermost.LastIndexOf('.') is > 0 and var end ? outermost[..end] : "";

    /// <summary>Made by the compiler (closures, state machines), hence not spelled in the source.</summary>
    public bool IsHidden => FullName.Contains('<');

    /// <summary>Written by the compiler or by a source generator.</summary>
    public bool IsGenerated => IsHidden || definition.GetCustomAttributes().Any(handle => GeneratedMarks.Contains(AttributeName(handle)));

    public bool IsInterface => Attributes.HasFlag(TypeAttributes.Interface);
    public bool IsSealed => Attributes.HasFlag(TypeAttributes.Sealed);
    public bool IsAbstract => Attributes.HasFlag(TypeAttributes.Abstract);
    public bool IsNested => !definition.GetDeclaringType().IsNil;

    /// <summary>Visible outside the assembly by its own word (a nested one also needs a visible outer type, which is judged by itself).</summary>
    public bool IsPublic => (Attributes & TypeAttributes.VisibilityMask) is
        TypeAttributes.Public or TypeAttributes.NestedPublic or TypeAttributes.NestedFamily or TypeAttributes.NestedFamORAssem;

    public bool IsEnum => BaseType?.Name == "System.Enum";
    public bool IsStruct => BaseType?.Name == "System.ValueType";
    public bool IsDelegate => BaseType?.Name == "System.MulticastDelegate";
    public bool IsRecord => Methods.Any(method => method.RawName == "<Clone>$");

    /// <summary>What may cross a stage: a value, not a service.</summary>
    public bool IsData => IsEnum || IsStruct || IsRecord;

    public IEnumerable<TypeShape> Interfaces =>
        definition.GetInterfaceImplementations().Select(handle => ShapeReader.Of(Assembly.Reader, Assembly.Reader.GetInterfaceImplementation(handle).Interface));

    public IEnumerable<CompiledField> Fields => definition.GetFields().Select(handle =>
    {
        var found = Assembly.Reader.GetFieldDefinition(handle);
        return new CompiledField(this, Assembly.Reader.GetString(found.Name), found.Attributes, found.DecodeSignature(ShapeReader.Instance, null));
    });

    /// <summary>Every type that this one names, and where: in its bodies, signatures, fields, base and interfaces.</summary>
    public IEnumerable<Reference> References()
    {
        var heads = Interfaces.Concat(Fields.Select(member => member.Shape)).Concat(BaseType is null ? [] : [BaseType]);
        var signatures = Methods.SelectMany(method => method.Shapes().SelectMany(shape => shape.Names()).Select(name => new Reference(name, () => method.Name)));
        var bodies = Methods.SelectMany(method => method.Uses()).SelectMany(use =>
            use.Target.Type.Names().Select(name => new Reference(name, () => $"{use.From.Place(use.Offset)} {use.From.Name}")));
        return heads.SelectMany(shape => shape.Names()).Select(name => new Reference(name, () => Source)).Concat(bodies).Concat(signatures);
    }

    string AttributeName(CustomAttributeHandle handle) =>
        Member.Of(Assembly.Reader, Assembly.Reader.GetCustomAttribute(handle).Constructor)?.Type.Name ?? "";

    public override string ToString() => Source;
}

/// <summary>A field; <see cref="Name"/> is the property's for a backing field.</summary>
internal sealed record CompiledField(CompiledType Type, string RawName, FieldAttributes Attributes, TypeShape Shape)
{
    public string Name => $"{Type.Source}.{(IsBacking ? RawName[1..RawName.IndexOf('>')] : RawName)}";
    public bool IsStatic => Attributes.HasFlag(FieldAttributes.Static);
    public bool IsConstant => Attributes.HasFlag(FieldAttributes.Literal);
    public bool IsReadOnly => IsConstant || Attributes.HasFlag(FieldAttributes.InitOnly);

    /// <summary>Made by the compiler for something else than a property (caches of lambdas, of string switches).</summary>
    public bool IsHidden => RawName.Contains('<') && !IsBacking;
    bool IsBacking => RawName.EndsWith(">k__BackingField", StringComparison.Ordinal);
}
