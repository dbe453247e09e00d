using System.Reflection.Metadata;

namespace Tidemark.Tests.Conventions.Compiled;

/// <summary>What an instruction names: a method, a field (no parameters), or a bare type (no name).</summary>
internal sealed record Member(TypeShape Type, string Name, TypeShape[] Parameters, bool IsMethod)
{
    public override string ToString() =>
        Name.Length == 0 ? Type.ToString()
        : !IsMethod ? $"{Type}.{Name}"
        : Name.StartsWith("get_", StringComparison.Ordinal) && Parameters.Length == 0 ? $"{Type}.{Name[4..]}"
        : Name == ".ctor" ? $"new {Type}({List})"
        : $"{Type}.{Name}({List})";

    string List => string.Join(", ", Parameters.AsEnumerable());

    /// <summary>Whether the call hands over an argument of the type.</summary>
    public bool Takes(string type) => Parameters.Any(parameter => parameter.Plain == type);

    /// <summary>The member behind a token, or null for what names none (a signature of a calli).</summary>
    public static Member? Of(MetadataReader reader, EntityHandle handle) => handle.Kind switch
    {
        HandleKind.MethodDefinition => Of(reader, (MethodDefinitionHandle)handle),
        HandleKind.MethodSpecification => Of(reader, reader.GetMethodSpecification((MethodSpecificationHandle)handle).Method),
        HandleKind.MemberReference => Of(reader, (MemberReferenceHandle)handle),
        HandleKind.FieldDefinition => Of(reader, (FieldDefinitionHandle)handle),
        HandleKind.TypeDefinition or HandleKind.TypeReference or HandleKind.TypeSpecification => new(ShapeReader.Of(reader, handle), "", [], IsMethod: false),
        _ => null,
    };

    static Member Of(MetadataReader reader, MethodDefinitionHandle handle)
    {
        var method = reader.GetMethodDefinition(handle);
        var signature = method.DecodeSignature(ShapeReader.Instance, null);
        return new(ShapeReader.Of(reader, method.GetDeclaringType()), reader.GetString(method.Name), [.. signature.ParameterTypes], IsMethod: true);
    }

    static Member Of(MetadataReader reader, FieldDefinitionHandle handle)
    {
        var field = reader.GetFieldDefinition(handle);
        return new(ShapeReader.Of(reader, field.GetDeclaringType()), reader.GetString(field.Name), [], IsMethod: false);
    }

    static Member Of(MetadataReader reader, MemberReferenceHandle handle)
    {
        var reference = reader.GetMemberReference(handle);
        var type = reference.Parent.Kind switch
        {
            HandleKind.MethodDefinition => ShapeReader.Of(reader, reader.GetMethodDefinition((MethodDefinitionHandle)reference.Parent).GetDeclaringType()),
            HandleKind.ModuleReference => new TypeShape("<Module>"),
            _ => ShapeReader.Of(reader, reference.Parent),
        };
        var isMethod = reference.GetKind() == MemberReferenceKind.Method;
        TypeShape[] parameters = isMethod ? [.. reference.DecodeMethodSignature(ShapeReader.Instance, null).ParameterTypes] : [];
        return new(type, reader.GetString(reference.Name), parameters, isMethod);
    }
}
