using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace Tidemark.Tests.Conventions.Compiled;

/// <summary>Turns the signatures of one assembly's metadata into <see cref="TypeShape"/>s.</summary>
internal sealed class ShapeReader : ISignatureTypeProvider<TypeShape, object?>
{
    public static readonly ShapeReader Instance = new();

    /// <summary>The shape behind a handle to a type of any sort.</summary>
    public static TypeShape Of(MetadataReader reader, EntityHandle handle) => handle.Kind switch
    {
        HandleKind.TypeDefinition => Instance.GetTypeFromDefinition(reader, (TypeDefinitionHandle)handle, 0),
        HandleKind.TypeReference => Instance.GetTypeFromReference(reader, (TypeReferenceHandle)handle, 0),
        HandleKind.TypeSpecification => Instance.GetTypeFromSpecification(reader, null, (TypeSpecificationHandle)handle, 0),
        _ => throw new ArgumentException($"A {handle.Kind} is not a type.", nameof(handle)),
    };

    public TypeShape GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
    {
        var type = reader.GetTypeDefinition(handle);
        var outer = type.GetDeclaringType();
        return new(Join(outer.IsNil ? null : GetTypeFromDefinition(reader, outer, 0), reader.GetString(type.Namespace), reader.GetString(type.Name)));
    }

    public TypeShape GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
    {
        var type = reader.GetTypeReference(handle);
        var outer = type.ResolutionScope.Kind == HandleKind.TypeReference ? (TypeReferenceHandle)type.ResolutionScope : default;
        return new(Join(outer.IsNil ? null : GetTypeFromReference(reader, outer, 0), reader.GetString(type.Namespace), reader.GetString(type.Name)));
    }

    public TypeShape GetTypeFromSpecification(MetadataReader reader, object? context, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, context);

    public TypeShape GetPrimitiveType(PrimitiveTypeCode code) => new($"System.{code}");
    public TypeShape GetGenericInstantiation(TypeShape type, ImmutableArray<TypeShape> arguments) => type with { Arguments = [.. arguments] };
    public TypeShape GetGenericTypeParameter(object? context, int index) => new($"!{index}", ShapeKind.Parameter);
    public TypeShape GetGenericMethodParameter(object? context, int index) => new($"!!{index}", ShapeKind.Parameter);
    public TypeShape GetSZArrayType(TypeShape element) => new("[]", ShapeKind.Array, element);
    public TypeShape GetArrayType(TypeShape element, ArrayShape shape) => new("[,]", ShapeKind.Array, element);
    public TypeShape GetPointerType(TypeShape element) => new("*", ShapeKind.Pointer, element);
    public TypeShape GetFunctionPointerType(MethodSignature<TypeShape> signature) => new("System.IntPtr");
    public TypeShape GetByReferenceType(TypeShape element) => element;
    public TypeShape GetPinnedType(TypeShape element) => element;
    public TypeShape GetModifiedType(TypeShape modifier, TypeShape unmodified, bool isRequired) => unmodified;

    static string Join(TypeShape? outer, string space, string name) =>
        outer is not null ? $"{outer.Name}+{name}" : space.Length > 0 ? $"{space}.{name}" : name;
}
