using System.IO.Enumeration;
using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Agent.Runtimes.Engines;

/// <summary>One rule: models whose id fits the pattern have these skills and this tier.</summary>
/// <param name="Pattern">With <c>*</c> and <c>?</c>, case does not count.</param>
/// <param name="Skills">May be empty: then the model is listed and never used.</param>
/// <param name="Tier">1 to 5.</param>
public sealed record SkillRule(string Pattern, ImmutableArray<Skill> Skills, int Tier);

/// <summary>
/// What a model can be asked for. Engines do not say, so its name does, by these rules in order; a person's own rules
/// (<c>skills.json</c> in the agent's data directory: <c>[{"pattern":"my-model*","skills":["chat"],"tier":3}]</c>) come first.
/// </summary>
public sealed class SkillRules(ImmutableArray<SkillRule> own)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter<Skill>() }, AllowTrailingCommas = true };
    private static readonly ImmutableArray<string> NotForTasks = ["*embed*", "*whisper*", "*rerank*", "*bge-*", "*clip*", "*tts*", "*moderation*", "*guard*"];
    private static readonly ImmutableArray<string> Images = ["*stable-diffusion*", "*sdxl*", "*sd-turbo*", "*sd_turbo*", "*flux*", "*dall-e*", "gpt-image*", "*dreamshaper*", "*lcm*"];
    private static readonly ImmutableArray<string> Coders = ["*coder*", "*codellama*", "*starcoder*", "*codegemma*", "*codestral*", "*devstral*", "*codeqwen*"];

    /// <summary>The rules that come with the agent.</summary>
    public static SkillRules Default { get; } = new([]);

    /// <summary>A person's rules before the usual ones; without a file only the usual ones.</summary>
    /// <exception cref="InvalidDataException">The file is not such a list.</exception>
    public static SkillRules Load(string dataDirectory)
    {
        var path = Path.Combine(dataDirectory, "skills.json");
        if (!File.Exists(path))
        {
            return Default;
        }

        try
        {
            var rules = JsonSerializer.Deserialize<ImmutableArray<SkillRule>>(File.ReadAllText(path), Json);
            return rules.Any(r => r.Pattern is null || r.Skills.IsDefault || r.Tier is < 1 or > 5)
                ? throw new InvalidDataException($"{path}: each rule needs a pattern, skills and a tier of 1 to 5.")
                : new SkillRules(rules);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw new InvalidDataException($"{path} is not a list of rules such as [{{\"pattern\":\"my-model*\",\"skills\":[\"chat\"],\"tier\":3}}]: {e.Message}", e);
        }
    }

    /// <summary>The skills of a model, what it is made for first, and its tier.</summary>
    /// <param name="id">The engine's name of it.</param>
    /// <param name="parameters">Billions, when the engine says; else the name may. Sets the tier of models no rule ranks.</param>
    public (ImmutableArray<Skill> Skills, int Tier) For(string id, double? parameters = null)
    {
        if (own.FirstOrDefault(r => Fits(r.Pattern, id)) is { } rule)
        {
            return (rule.Skills, rule.Tier);
        }

        var tier = (parameters ?? NamedSize.Of(id)) switch { null => 2, < 2 => 2, < 6 => 3, < 20 => 4, _ => 5 };
        return Any(NotForTasks, id) ? ([], 1)
            : Any(Images, id) ? ([Skill.Image], tier)
            : Any(Coders, id) ? ([Skill.Code, Skill.Chat], tier)
            : ([Skill.Chat, Skill.Summarize, Skill.Code], tier);
    }

    private static bool Any(ImmutableArray<string> patterns, string id) => patterns.Any(p => Fits(p, id));

    private static bool Fits(string pattern, string id) => FileSystemName.MatchesSimpleExpression(pattern, id, ignoreCase: true);
}
