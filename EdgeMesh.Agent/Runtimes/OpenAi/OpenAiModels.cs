using EdgeMesh.Core.Models;

namespace EdgeMesh.Agent.Runtimes.OpenAi;

/// <summary>What a model can be asked for, by its name: servers do not say.</summary>
public static class OpenAiModels
{
    private static readonly string[] Coders = ["coder", "codellama", "starcoder", "codegemma", "codestral", "devstral", "deepseek-coder", "codeqwen"];
    private static readonly string[] Others = ["embed", "whisper", "rerank", "bge-", "clip", "tts", "stable-diffusion", "sdxl", "flux", "moderation", "dall-e"];

    public static ModelInfo Of(string id)
    {
        ImmutableArray<Skill> skills = Has(Others) ? [] : Has(Coders) ? [Skill.Code, Skill.Chat] : [Skill.Chat, Skill.Summarize, Skill.Code];
        return new ModelInfo(id, skills, QualityTier: Has(Coders) ? 3 : 2);

        bool Has(string[] marks) => marks.Any(m => id.Contains(m, StringComparison.OrdinalIgnoreCase));
    }
}
